// Ports that must be free before anything is started, so that a busy one is named at once.
import { createServer } from 'node:net'
import { AppError } from '@hibob-sync/runtime'

export async function requireFreePorts(ports: Record<string, number>): Promise<void> {
  for (const [setting, port] of Object.entries(ports)) {
    if (!(await isFree(port)))
      throw new AppError(
        'port_busy',
        `port ${port} is in use: end what listens on it, or choose another with ${setting}=<port>. If it is another \`npm start\`, this one needs a data directory of its own as well: HIBOB_SYNC_DATA=<folder>`,
        { retryable: false },
      )
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise(resolve => {
    server.once('error', () => resolve(false))
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)))
  })
}
