// What the ingress refuses: each refusal has its status, a code and what to do, and leaves nothing in the log.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { signBody } from '@hibob-sync/hibob'
import { createLogger } from '@hibob-sync/runtime'
import t, { type Test } from 'tap'
import { type Refusal, refusals } from '../../services/ingress/answers.ts'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { type Answer, openRaw, postWebhook, signedBy, storedWebhooks, urlOf } from '../support/webhook-client.ts'

const prepared = await preparePipeline({ tenants: { acme: 0, other: 0, sized: 0, slow: 0 } })
const logged: Record<string, unknown>[] = []
const logger = createLogger({ service: 'test', destination: { write: line => void logged.push(JSON.parse(line)) } })
const ingress = await runIngress({ ...prepared, logger })
t.teardown(async () => {
  await ingress.stop()
  await prepared.close()
})

const { token, secret } = prepared.accessOf('acme')
const url = urlOf(ingress, token)
const bytesMax = 256 * 1024
const body = Buffer.from('{"companyId":700000,"type":"employee.updated","version":"v2","data":{"employeeId":"1"}}')

function isRefusal(t: Test, answer: Answer, code: keyof typeof refusals, what: string): void {
  const { status, message, retryAfterSeconds }: Refusal = refusals[code]
  t.match(answer, { status, contentType: /^application\/json/, body: { code, message } }, what)
  t.equal(answer.retryAfter, retryAfterSeconds === undefined ? null : String(retryAfterSeconds), `${what}: retry-after`)
}

await t.test('an unknown token is 404, however well the body is signed', async t => {
  const unknown = [token.slice(1), `${token}x`, 'x', 'a'.repeat(43), 'a'.repeat(2000), '%00', '..%2f..', 'ü']
  for (const other of unknown) {
    const answer = await postWebhook(urlOf(ingress, other), body, signedBy(secret, body))
    isRefusal(t, answer, 'webhook_token_unknown', other.slice(0, 50))
  }
})

await t.test('only the exact signature by a secret of this tenant counts; everything else is 401', async t => {
  const right = signBody(body, secret)
  const wrong: Record<string, string | undefined> = {
    none: undefined,
    empty: '',
    'of other bytes': signBody(Buffer.from('x'), secret),
    'of another tenant': signBody(body, prepared.accessOf('other').secret),
    'with something after the base64': `${right}x`,
    'with a second signature after it': `${right},${right}`,
    'with its padding doubled': `${right}==`,
    'without padding': right.replace(/=+$/, ''),
    'with other bits in the last character': `${right.slice(0, 85)}${String.fromCharCode(right.charCodeAt(85) + 1)}==`,
    'in hexadecimal': Buffer.from(right, 'base64').toString('hex'),
    'with a name before it': `sha512=${right}`,
    'with one character changed': `${right.startsWith('A') ? 'B' : 'A'}${right.slice(1)}`,
  }
  for (const [what, signature] of Object.entries(wrong)) {
    const answer = await postWebhook(url, body, signature === undefined ? {} : { 'bob-signature': signature })
    isRefusal(t, answer, 'webhook_signature_invalid', what)
  }
  const changed = Buffer.from(body)
  changed[changed.length - 2] = 0x20
  isRefusal(
    t,
    await postWebhook(url, changed, { 'bob-signature': right }),
    'webhook_signature_invalid',
    'one byte changed',
  )
  t.same(await storedWebhooks(prepared, 'acme'), [])
})

await t.test('refused signatures leave one warning that names the tenant, and nothing that was sent', async t => {
  const warnings = () => logged.filter(({ code }) => code === 'webhook_signature_invalid')
  t.match(warnings(), [{ level: 'warn', tenantId: 'acme', count: 1, msg: /hibob-sync tenants add-secret/ }])
  await postWebhook(urlOf(ingress, prepared.accessOf('other').token), body, signedBy(secret, body))
  await postWebhook(urlOf(ingress, token.slice(1)), body, signedBy(secret, body))
  t.strictSame(
    warnings().map(({ tenantId }) => tenantId),
    ['acme', 'other'],
  )
  const lines = JSON.stringify(logged)
  for (const sent of [token, prepared.accessOf('other').token, secret, 'employee.updated', signBody(body, secret)])
    t.notOk(lines.includes(sent))
})

await t.test('256 KiB is taken, a byte more is 413, whether its length is told or not', async t => {
  const { token, secret } = prepared.accessOf('sized')
  const url = urlOf(ingress, token)
  const most = Buffer.alloc(bytesMax, 'x')
  const tooMuch = Buffer.alloc(bytesMax + 1, 'x')
  const stream = (bytes: Buffer) => new Blob([new Uint8Array(bytes)]).stream()
  t.equal((await postWebhook(url, most, signedBy(secret, most))).status, 200)
  const another = Buffer.alloc(bytesMax, 'y')
  t.equal((await postWebhook(url, stream(another), signedBy(secret, another))).status, 200, 'in chunks')
  isRefusal(t, await postWebhook(url, tooMuch, signedBy(secret, tooMuch)), 'webhook_too_large', 'told')
  isRefusal(t, await postWebhook(url, stream(tooMuch), signedBy(secret, tooMuch)), 'webhook_too_large', 'in chunks')
  t.equal((await storedWebhooks(prepared, 'sized')).length, 2)
})

await t.test('an endless body is refused before it is held in memory', async t => {
  const raw = await openRaw(url)
  raw.write(`POST ${new URL(url).pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 10000000000\r\n\r\n`)
  t.match(await raw.answer, /^HTTP\/1\.1 413 [\s\S]*"code":"webhook_too_large"/)
})

await t.test('an unknown token is refused before its body comes, and so is every other path', async t => {
  const head = (path: string) => `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n`
  const unknown = await openRaw(url)
  unknown.write(head('/webhooks/hibob/nobody'))
  t.match(await unknown.answer, /^HTTP\/1\.1 404 [\s\S]*"code":"webhook_token_unknown"/)
  const elsewhere = await openRaw(url)
  elsewhere.write(head('/elsewhere'))
  t.match(await elsewhere.answer, /^HTTP\/1\.1 404 [\s\S]*"code":"route_unknown"/)
})

await t.test('what is no request is 400, what asks for something else is 404', async t => {
  const raw = await openRaw(url)
  raw.write('HELLO\r\n\r\n')
  const answer = await raw.answer
  t.match(answer, /^HTTP\/1\.1 400 [\s\S]*"code":"request_malformed"/)
  t.match(answer, `"message":"${refusals.request_malformed.message}"`)
  const { origin, pathname } = new URL(url)
  const twoLengths = await openRaw(url)
  twoLengths.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\na`)
  t.match(await twoLengths.answer, /^HTTP\/1\.1 400 [\s\S]*"code":"request_malformed"/)
  const bomb = await openRaw(url)
  bomb.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(17 * 1024)}`)
  t.match(await bomb.answer, /^HTTP\/1\.1 431 [\s\S]*"code":"request_head_too_large"/)
  isRefusal(t, await postWebhook(`${origin}/`, body), 'route_unknown', 'another path')
  isRefusal(t, await postWebhook(`${origin}/webhooks/hibob/%zz`, body), 'route_unknown', 'a path that cannot be read')
  const got = await fetch(url)
  t.equal(got.status, 404)
  t.match(await got.json(), { code: 'route_unknown' })
})

await t.test('a head that takes longer than 2 s, and a body of less than 16 KiB/s, is 408', async t => {
  const { token, secret } = prepared.accessOf('slow')
  const url = urlOf(ingress, token)
  const path = new URL(url).pathname
  const slowHead = await openRaw(url)
  const slowBody = await openRaw(url)
  const silent = await openRaw(url)
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nbob-signature: ${signBody(body, secret)}\r\n`
  slowHead.write(head)
  slowBody.write(`${head}content-length: ${bytesMax}\r\n\r\n`)
  // a byte now and then buys no time
  const dripping = setInterval(() => slowBody.write(Buffer.alloc(1000)), 100)
  const answers = await Promise.all([slowHead.answer, slowBody.answer, silent.answer])
  clearInterval(dripping)
  for (const answer of answers) t.match(answer, /^HTTP\/1\.1 408 [\s\S]*"code":"request_too_slow"/)
  t.same(await storedWebhooks(prepared, 'slow'), [])
})

await t.test(
  'HTTP/1.0, Expect and gzip are answered as anything else, and a few requests may come in advance',
  async t => {
    const { pathname } = new URL(url)
    const signature = `bob-signature: ${signBody(body, secret)}\r\ncontent-length: ${body.length}\r\n`
    const old = await openRaw(url)
    old.write(`POST ${pathname} HTTP/1.0\r\n${signature}\r\n${body}`)
    t.match(await old.answer, /^HTTP\/1\.1 200 /)
    const expecting = await openRaw(url)
    expecting.write(
      `POST ${pathname} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nexpect: 100-continue\r\n${signature}\r\n${body}`,
    )
    t.match(await expecting.answer, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /)
    const zipped = { ...signedBy('another secret', body), 'content-encoding': 'gzip' }
    isRefusal(t, await postWebhook(url, body, zipped), 'webhook_signature_invalid', 'gzip')
    const inAdvance = await openRaw(url)
    const one = `POST ${pathname} HTTP/1.1\r\nhost: x\r\n${signature}\r\n${body}`
    const last = one.replace('host: x', 'host: x\r\nconnection: close')
    inAdvance.write(one + one + last)
    t.equal((await inAdvance.answer).match(/HTTP\/1\.1 200 /g)?.length, 3)
  },
)

await t.test('docs/errors.md and the answers of the ingress are the same list', async t => {
  const page = await readFile(resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8')
  const section = /^## Ingress$([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(page)?.[1] ?? ''
  const documented = [...section.matchAll(/^\| `(\w+)` \| (\d+) \| (.*?) \|$/gm)].map(([, code, status, message]) => [
    code,
    { status: Number(status), message },
  ])
  const answered = Object.entries(refusals).map(([code, { status, message }]) => [code, { status, message }])
  t.same(Object.fromEntries(documented), Object.fromEntries(answered))
  t.equal(documented.length, answered.length, 'none is listed twice')
})
