import { Writable } from 'node:stream'
import t from 'tap'
import { AppError, errorCode } from './app-error.ts'
import { createLogger } from './logger.ts'
import { secret } from './secret.ts'

const canary = 'canary-5f2c'

function loggerTo(lines: string[]) {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return createLogger({ service: 'test', destination })
}

t.test('ids, counts and codes are logged as one JSON line, with level, time and service', async t => {
  const lines: string[] = []
  loggerTo(lines).info({ tenantId: 'acme', partition: 3, people: 12, code: null }, 'read')
  t.equal(lines.length, 1)
  const { time, ...line } = JSON.parse(lines[0] ?? '')
  t.match(time, /^\d{4}-\d\d-\d\dT.*Z$/)
  t.same(line, { level: 'info', service: 'test', tenantId: 'acme', partition: 3, people: 12, code: null, msg: 'read' })
})

t.test('what is not on the list is kept back, and the line says so', async t => {
  const lines: string[] = []
  loggerTo(lines).warn({ body: canary, headers: { authorization: canary }, tenantId: 'acme' }, 'refused')
  t.notMatch(lines[0], canary)
  t.same(JSON.parse(lines[0] ?? '').dropped, ['body', 'headers'])
})

t.test('an object cannot hide in a field that is on the list', async t => {
  const lines: string[] = []
  loggerTo(lines).warn({ detail: { email: canary }, people: [{ name: canary }], partitions: [1, 2] }, 'odd')
  t.notMatch(lines[0], canary)
  t.same(JSON.parse(lines[0] ?? '').dropped, ['detail', 'people'])
  t.same(JSON.parse(lines[0] ?? '').partitions, [1, 2])
})

t.test('an error’s own text is not logged, since it may quote a person’s values; its class and place are', async t => {
  const lines: string[] = []
  try {
    JSON.parse(`{"email": ${canary}}`)
  } catch (err) {
    loggerTo(lines).error({ err }, 'not parsed')
  }
  loggerTo(lines).error({ err: new Error(canary, { cause: canary }) }, 'failed')
  t.notMatch(lines.join(''), canary)
  const { err } = JSON.parse(lines[0] ?? '')
  t.equal(err.name, 'SyntaxError')
  t.match(err.frames.join(), 'logger.test.ts')
})

t.test('an AppError says what to do, without its cause', async t => {
  const lines: string[] = []
  const err = new AppError('topics_unsafe', 'run topics apply', { retryable: false, cause: new Error(canary) })
  loggerTo(lines).error({ err }, 'not started')
  t.notMatch(lines[0], canary)
  t.match(JSON.parse(lines[0] ?? '').err, { code: 'topics_unsafe', message: 'run topics apply' })
})

t.test('a secret prints as redacted wherever it ends up, and is revealed only by asking', async t => {
  const { inspect } = await import('node:util')
  const held = secret(canary)
  const printed = [`${held}`, JSON.stringify({ held }), inspect({ held }, { depth: 9 }), Object.values(held).join()]
  t.notMatch(printed.slice(0, 3).join(), canary)
  t.match(printed[0], '[redacted]')
  t.notMatch(printed[3], canary)
  t.equal(held.reveal(), canary)
})

t.test('a long text is cut', async t => {
  const lines: string[] = []
  loggerTo(lines).info({ detail: 'x'.repeat(5000) }, 'long')
  t.equal(JSON.parse(lines[0] ?? '').detail.length, 300)
})

t.test('no code, name or frame of a foreign error is anybody’s text', async t => {
  const lines: string[] = []
  const odd = Object.assign(new Error(`x\n    at ${canary} (/a/${canary}.ts:1:1)`), {
    name: canary,
    code: `${canary} and more`,
  })
  loggerTo(lines).error({ err: odd, code: errorCode(odd) }, 'failed')
  t.notMatch(lines[0], canary)
  t.match(JSON.parse(lines[0] ?? '').err.frames.join(), 'logger.test.ts')
})
