// Ports that nobody listens on. They lie below the range that systems give to outgoing connections, so that a port kept with
// an engine's data is not taken by a connection while the engine is down.
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { AppError } from '@hibob-sync/runtime'

const firstPort = 20_000
const lastPort = 31_999
const given = new Set<number>()

/** As many different ports; this process is given none of them again. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = randomInt(firstPort, lastPort + 1)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    ports.push(port)
  }
  return ports
}

/** Throws AppError `port_taken`, naming `whose` port it should be. */
export async function requireFreePort(port: number, whose: string): Promise<void> {
  if (await isFree(port)) return
  throw new AppError('port_taken', `port ${port} of ${whose} is taken: end the program that listens on it`, {
    retryable: true,
  })
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
