// What the ingress takes: every signed body, byte for byte, whatever it holds.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'

const prepared = await preparePipeline({
  tenants: { acme: 0, pinged: 0, twice: 0, stranger: 0, rubbish: 0, random: 0 },
})
const ingress = await runIngress(prepared)
t.teardown(async () => {
  await ingress.stop()
  await prepared.close()
})

const urlFor = (tenant: string) => urlOf(ingress, prepared.accessOf(tenant).token)
const signed = (tenant: string, body: Buffer) => signedBy(prepared.accessOf(tenant).secret, body)
const send = (tenant: string, body: Buffer, headers: Record<string, string> = {}) =>
  postWebhook(urlFor(tenant), body, { ...signed(tenant, body), ...headers })

const webhook = (companyId: string, employeeId: string | number = '3400000000000000001') =>
  `{"companyId":${companyId},"type":"employee.updated","triggeredBy":"1","triggeredAt":"2026-11-03T08:15:42.120045","version":"v2","data":{"employeeId":${typeof employeeId === 'string' ? JSON.stringify(employeeId) : employeeId},"fieldUpdates":[{"id":"work.title"}]}}`

await t.test('a signed webhook is answered 200, and its event holds its exact bytes and what they say', async t => {
  const body = Buffer.from(` ${webhook('700000')}\n`)
  const answer = await send('acme', body, { 'content-type': 'application/json' })
  t.match(answer, { status: 200, body: null })
  const [stored, ...others] = await storedWebhooks(prepared, 'acme')
  t.equal(others.length, 0)
  t.same(stored?.body, body)
  t.match(stored?.data, {
    webhookType: 'employee.updated',
    companyId: '700000',
    employeeId: '3400000000000000001',
    changedFields: ['work.title'],
    format: 'v2',
    companyMismatch: false,
  })
})

await t.test('a ping in any of its forms is answered 200, signed or not, and stores nothing', async t => {
  const forms = ['Ping test', '"Ping test"', '{"text":"Ping test"}', ' { "text" : "Ping test" }\n']
  for (const form of forms) {
    const body = Buffer.from(form)
    t.equal((await postWebhook(urlFor('pinged'), body)).status, 200, `unsigned ${form}`)
    t.equal((await send('pinged', body)).status, 200, `signed ${form}`)
  }
  t.same(await storedWebhooks(prepared, 'pinged'), [])
})

await t.test('the same bytes, however often they come, are one event', async t => {
  const body = Buffer.from(webhook('700002'))
  const answers = await Promise.all(Array.from({ length: 10 }, () => send('twice', body)))
  answers.push(await send('twice', body))
  t.ok(answers.every(({ status }) => status === 200))
  const other = Buffer.from(`${webhook('700002')} `)
  t.equal((await send('twice', other)).status, 200)
  const stored = await storedWebhooks(prepared, 'twice')
  t.same(
    stored.map(event => event.body.toString()),
    [body.toString(), other.toString()],
  )
  t.equal(ingress.metrics.totals.get('repeated'), 10)
})

await t.test('a signed body of another company is stored and marked', async t => {
  t.equal((await send('stranger', Buffer.from(webhook('999')))).status, 200)
  const [stored] = await storedWebhooks(prepared, 'stranger')
  t.match(stored?.data, { companyId: '999', companyMismatch: true })
})

await t.test('signed rubbish is answered 200 and stored byte for byte', async t => {
  const nested = (depth: number) => `{"type":"employee.updated","data":${'['.repeat(depth)}${']'.repeat(depth)}}`
  const bodies: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    'not JSON': Buffer.from('<html>no</html>'),
    'cut off': Buffer.from(webhook('700004').slice(0, 50)),
    'invalid UTF-8': Buffer.from([0x7b, 0xff, 0xfe, 0x80, 0x7d]),
    'a byte order mark': Buffer.from(`\ufeff${webhook('700004')}`),
    'a lone surrogate': Buffer.from('{"type":"\\ud800"}'),
    'control characters': Buffer.from(Uint8Array.from({ length: 4096 }, (_, at) => at % 0x20)),
    'nesting of 100': Buffer.from(nested(100)),
    'nesting of 100,000': Buffer.from(nested(100_000)),
    __proto__: Buffer.from('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"type":"x"}'),
    'numeric ids': Buffer.from(webhook('700004').replace('"3400000000000000001"', '3400000000000000001')),
    'an endless number': Buffer.from('{"companyId":1e999,"type":"employee.updated","data":{"employeeId":1e999}}'),
    'no object': Buffer.from('[[],null,"x"]'),
    'data of the wrong kind': Buffer.from('{"type":7,"companyId":[],"data":"x","triggeredBy":{}}'),
    '256 KiB': Buffer.alloc(256 * 1024, 0x01),
  }
  for (const [name, body] of Object.entries(bodies)) t.equal((await send('rubbish', body)).status, 200, name)
  const contentTypes = ['', ';;;', 'application/json; charset=', 'text/plain', 'multipart/form-data', 'a'.repeat(5000)]
  for (const type of contentTypes) {
    const body = Buffer.from(webhook('700004', type.slice(0, 30)))
    t.equal((await send('rubbish', body, { 'content-type': type })).status, 200, `content-type ${type.slice(0, 30)}`)
  }
  const stored = await storedWebhooks(prepared, 'rubbish')
  const names = Object.keys(bodies)
  t.equal(stored.length, names.length + contentTypes.length)
  for (const [index, name] of names.entries())
    t.ok(stored[index]?.body.equals(bodies[name] as Buffer), `${name} comes back`)
  t.equal(stored[names.indexOf('numeric ids')]?.data['employeeId'], '3400000000000000001', 'no digit of an id is lost')
  t.equal(stored[names.indexOf('a byte order mark')]?.data['employeeId'], '3400000000000000001', 'a mark hides nothing')
  t.equal(stored[names.indexOf('nesting of 100')]?.data['format'], 'unknown')
  t.equal(Reflect.get({}, 'polluted'), undefined)
  t.equal(ingress.metrics.totals.get('internal_error'), undefined)
})

await t.test('any bytes at all, signed, come back as they were', async t => {
  const bodies = Array.from({ length: 200 }, (_, length) => randomBytes(length * 7))
  for (const body of bodies) t.equal((await send('random', body)).status, 200)
  const stored = await storedWebhooks(prepared, 'random')
  t.same(
    stored.map(({ body }) => body.toString('hex')),
    bodies.map(body => body.toString('hex')),
  )
})
