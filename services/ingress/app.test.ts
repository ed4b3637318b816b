// The public face with a stand-in for the log: what strangers and slow senders can make it hold.
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { signBody } from '@hibob-sync/hibob'
import t from 'tap'
import { ingressApp } from './app.ts'
import type { Refusing } from './load-watch.ts'
import { repeats } from './repeats.ts'
import type { Outcome } from './take-webhook.ts'
import type { KnownTenant } from './tenant-cache.ts'

const mib = 1024 * 1024
const outcomes: Outcome[] = []
const appended: string[] = []
let refusing: Refusing = 'nobody'
const find = (token: string): KnownTenant | 'unknown' =>
  token.startsWith('known-')
    ? { tenantId: token.slice(6), companyId: '1', readable: true, secrets: [{ id: 's', secret: 'secret' }] }
    : 'unknown'
const app = ingressApp({
  tenants: { find, findAnew: async token => find(token) },
  once: repeats().once,
  append: async tenantId => appended.push(tenantId),
  refusing: () => refusing,
  onInvalidSignature: () => {},
  onOutcome: outcome => outcomes.push(outcome),
  onFault: () => {},
})
await app.listen({ port: 0, host: '127.0.0.1', backlog: 2000 })
const { port } = app.server.address() as AddressInfo
t.teardown(() => app.close())

const head = (token: string, length: number, signature = '') =>
  `POST /webhooks/hibob/${token} HTTP/1.1\r\nhost: x\r\nbob-signature: ${signature}\r\ncontent-length: ${length}\r\n\r\n`

async function open(): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

/** The status and the code of one answer. */
async function post(token: string, body: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/webhooks/hibob/${token}`, {
    method: 'POST',
    headers: { 'bob-signature': signBody(Buffer.from(body), 'secret') },
    body,
  })
  const text = await answer.text()
  return text === ''
    ? `${answer.status}`
    : `${answer.status} ${JSON.parse(text).code} ${answer.headers.get('retry-after')}`
}

t.test('1,500 unfinished bodies of one URL hold a quarter of 64 MiB, and its good webhooks go on', async t => {
  const piece = Buffer.alloc(255 * 1024)
  const senders = await Promise.all(Array.from({ length: 1500 }, open))
  const before = process.memoryUsage.rss()
  let most = 0
  let held = 0
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss() - before)
    held = Math.max(held, app.heldBodyBytes())
  }, 5)
  t.teardown(() => clearInterval(watch))
  let ended = 0
  for (const socket of senders) {
    socket.resume().once('close', () => ended++)
    socket.write(head('known-acme', 256 * 1024))
    socket.write(piece)
  }
  while (ended === 0) await wait(5)
  t.equal(await post('known-acme', 'good'), '200')
  t.equal(await post('known-other', 'good'), '200')
  while (ended < 1000) await wait(5)
  t.ok(held <= 17 * mib, `${held} bytes held`)
  t.ok(most <= 150 * mib, `grew by ${most} bytes`)
  for (const socket of senders) socket.destroy()
})

t.test('an unknown token costs nothing but its answer, however much is said to follow', async t => {
  const senders = await Promise.all(Array.from({ length: 100 }, open))
  const ended = senders.map(socket => once(socket.resume(), 'close'))
  for (const socket of senders) socket.write(head('unknown', 256 * 1024))
  await Promise.all(ended)
  t.equal(app.heldBodyBytes(), 0)
})

t.test(
  'while there is too much load every request is refused with 503, and the next one after it is taken',
  async t => {
    refusing = 'everyone'
    t.equal(await post('known-acme', 'later'), '503 ingress_overloaded 5')
    t.equal(await post('unknown', 'later'), '503 ingress_overloaded 5')
    refusing = 'nobody'
    t.equal(await post('known-acme', 'later'), '200')
    t.equal(await post('unknown', 'later'), '404 webhook_token_unknown null')
  },
)

t.test('before that, only those are refused whose connection has brought no signed webhook', async t => {
  const body = Buffer.from('kept')
  const request = `${head('known-acme', body.length, signBody(body, 'secret'))}${body}`
  const [sender, stranger] = [await open(), await open()]
  async function answerTo(socket: Socket): Promise<string> {
    socket.write(request)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return answer.toString().slice(9, 12)
  }
  t.equal(await answerTo(sender), '200')
  refusing = 'strangers'
  t.same([await answerTo(sender), await answerTo(stranger)], ['200', '503'])
  refusing = 'nobody'
  t.same([await answerTo(sender), await answerTo(stranger)], ['200', '200'])
  for (const socket of [sender, stranger]) socket.destroy()
})

t.test('a flood of wrong signatures waits for its answers, and a good webhook does not wait for them', async t => {
  const flood = await Promise.all(Array.from({ length: 600 }, open))
  t.teardown(() => {
    for (const socket of flood) socket.destroy()
  })
  // each turn of the event loop takes one of them
  while (app.socketStats().open < flood.length) await wait(1)
  const answers = flood.map(socket => once(socket, 'data'))
  const { length } = outcomes
  for (const socket of flood) socket.write(`${head('known-acme', 5, 'wrong')}wrong`)
  await Promise.race(answers)
  t.equal(await post('known-acme', 'amid a flood'), '200')
  const before = outcomes.indexOf('taken', length) - length
  t.ok(before > 0 && before < flood.length, `after ${before} refusals`)
  await Promise.all(answers)
})

t.test(
  'a repeat of an acknowledged webhook is answered 200 and appends nothing, but is another tenant’s first',
  async t => {
    const { length } = appended
    for (const tenant of ['acme', 'acme', 'other']) t.equal(await post(`known-${tenant}`, 'twice'), '200')
    t.same(appended.slice(length), ['acme', 'other'])
  },
)

t.test('2,001 sockets: the idle one that came first goes, and the newcomer is served', async t => {
  const idle = await Promise.all(Array.from({ length: 2000 }, open))
  const gone = once(idle[0] as Socket, 'close')
  t.equal(await post('known-acme', 'newcomer'), '200')
  await gone
  t.ok(app.socketStats().open <= 2000)
  for (const socket of idle) socket.destroy()
})
