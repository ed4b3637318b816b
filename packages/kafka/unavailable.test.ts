// Brokers that cannot be reached, or take a connection and then say nothing.
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { AppError, createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { clusterId, createKafka } from './index.ts'

const logger = createLogger({ service: 'test', level: 'silent' })
const patienceMs = 15_000

async function failureOf(port: number): Promise<{ error: unknown; tookMs: number }> {
  const client = createKafka({ brokers: [`127.0.0.1:${port}`], clientId: 'test', logger })
  const begun = performance.now()
  const error = await clusterId(client).catch(failure => failure)
  return { error, tookMs: performance.now() - begun }
}

async function listening(t: Tap, onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    onConnection(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return server
}
type Tap = Pick<typeof t, 'teardown'>

// each waits for 10 s
t.jobs = 2
const beside = { buffered: true }

t.test('brokers that nobody listens on are named within some 10 s, with the setting', beside, async t => {
  const server = await listening(t, () => {})
  const { port } = server.address() as { port: number }
  server.close()
  const { error, tookMs } = await failureOf(port)
  t.ok(error instanceof AppError)
  t.match(error, { code: 'kafka_unavailable', retryable: true, message: /KAFKA_BROKERS/ })
  t.match((error as AppError).message, `127.0.0.1:${port}`)
  t.ok(tookMs < patienceMs, `after ${tookMs.toFixed(0)} ms`)
})

t.test('a broker that takes connections and never answers is told likewise', beside, async t => {
  const server = await listening(t, () => {})
  const { error, tookMs } = await failureOf((server.address() as { port: number }).port)
  t.match(error, { code: 'kafka_unavailable' })
  t.ok(tookMs < patienceMs, `after ${tookMs.toFixed(0)} ms`)
})
