import t from 'tap'
import { AppError } from './app-error.ts'
import { beginService } from './begin-service.ts'
import { createLogger } from './logger.ts'
import { createMetrics } from './metrics.ts'

const logged: { code?: string; msg: string }[] = []
const logger = createLogger({ service: 'test', destination: { write: line => void logged.push(JSON.parse(line)) } })
const options = { port: 19_478, patienceMs: 60_000, metrics: createMetrics('test'), logger }
const running = { live: () => ({ ok: true }), ready: () => ({ ok: true }), stop: async () => {} }
const away = new AppError('kafka_unavailable', 'no broker answers', { retryable: true })

async function health(path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${options.port}/health/${path}`)
  return { status: answer.status, body: await answer.json() }
}

t.test('while an engine is away the service is live, not ready, and says what it waits for', async t => {
  let tries = 0
  const isBack = Promise.withResolvers<void>()
  const beginning = beginService(options, async ({ until }) => {
    await until('Kafka', async () => {
      tries++
      if (tries === 1) throw away
      await isBack.promise
    })
    return running
  })
  while (tries < 2) await new Promise(resolve => setTimeout(resolve, 10))
  t.match(await health('live'), { status: 200 })
  t.strictSame(await health('ready'), { status: 503, body: { status: 'unavailable', starting: 'waits for Kafka' } })
  t.match(logged.at(-1), { code: 'kafka_unavailable', msg: /^Kafka does not answer: waiting/ })
  isBack.resolve()
  const begun = await beginning
  t.match(await health('ready'), { status: 200 })
  await begun.stop()
  await t.rejects(health('ready'), 'the admin port is closed with the service')
})

t.test('when the patience is over, the start fails with what the engine’s absence is called', async t => {
  let tries = 0
  const beginning = beginService({ ...options, patienceMs: 0 }, async ({ until }) => {
    await until('Kafka', async () => {
      tries++
      throw away
    })
    return running
  })
  await t.rejects(beginning, { code: 'kafka_unavailable' })
  t.equal(tries, 1)
})

t.test('what no waiting mends fails at once', async t => {
  const refused = new AppError('mongodb_login_refused', 'check the password', { retryable: false })
  const unknown = new TypeError('a fault of our own')
  for (const error of [refused, unknown]) {
    let tries = 0
    const beginning = beginService(options, async ({ until }) => {
      await until('MongoDB', async () => {
        tries++
        throw error
      })
      return running
    })
    await t.rejects(beginning, error)
    t.equal(tries, 1)
  }
})

t.test('a fault of a client library that may pass is waited for', async t => {
  let tries = 0
  const begun = await beginService(options, async ({ until }) => {
    await until('Kafka', async () => {
      tries++
      if (tries === 1) throw Object.assign(new Error('no leader yet'), { retriable: true })
    })
    return running
  })
  t.equal(tries, 2)
  await begun.stop()
})
