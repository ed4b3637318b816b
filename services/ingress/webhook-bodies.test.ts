import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { type BodyLimits, webhookBodies } from './webhook-bodies.ts'

function start(limits: BodyLimits = {}) {
  let at = 0
  const bodies = webhookBodies({ ...limits, now: () => at })
  t.teardown(bodies.stop)

  function arrive(tenantId: string, length = 1000) {
    const stream = new PassThrough()
    const body = { stream, came: '' }
    bodies.read(tenantId, stream, length, (refused, whole) => {
      body.came += refused === null ? `whole ${whole?.toString()}` : refused.refusal
    })
    return body
  }
  function pass(ms: number): void {
    at += ms
  }
  return { ...bodies, arrive, pass }
}

t.test('a body comes back whole, whatever its pieces', async t => {
  const { arrive, heldBytes } = start()
  const [none, one, three] = [arrive('acme'), arrive('acme'), arrive('acme')]
  none.stream.end()
  one.stream.end('a')
  three.stream.write('a')
  three.stream.write('b')
  three.stream.end('c')
  while (three.came === '') await setImmediate()
  t.same([none.came, one.came, three.came], ['whole ', 'whole a', 'whole abc'])
  t.equal(heldBytes(), 0)
})

t.test(
  'one that is too large is refused, by its head or when it has come, and a connection that breaks leaves nothing',
  async t => {
    const { arrive, heldBytes } = start({ bodyBytesMax: 3 })
    const [told, untold, broken] = [arrive('acme', 4), arrive('acme', Number.NaN), arrive('acme', 3)]
    untold.stream.write('abcd')
    broken.stream.write('ab')
    await setImmediate()
    broken.stream.destroy(new Error('aborted'))
    while (broken.came === '') await setImmediate()
    t.same([told.came, untold.came, broken.came], ['webhook_too_large', 'webhook_too_large', 'request_malformed'])
    t.equal(heldBytes(), 0)
  },
)

t.test('beyond a tenant’s share its oldest unfinished body ends; newer ones, and other tenants’, go on', async t => {
  const { arrive, heldBytes } = start({ tenantBytesMax: 3000 })
  const other = arrive('other')
  other.stream.write('x')
  const flood = Array.from({ length: 5 }, () => arrive('acme'))
  for (const { stream } of flood) {
    stream.write(Buffer.alloc(1000))
    await setImmediate()
  }
  t.same(
    flood.map(({ came }) => came),
    ['webhook_share_exceeded', 'webhook_share_exceeded', 'webhook_share_exceeded', '', ''],
  )
  t.ok(heldBytes() <= 3000 + 1000)
  const good = arrive('acme')
  good.stream.end('good')
  other.stream.end('y')
  while (good.came === '' || other.came === '') await setImmediate()
  t.same([good.came, other.came], ['whole good', 'whole xy'])
})

t.test('beyond what all may hold, the oldest body of whoever holds most ends', async t => {
  const { arrive } = start({ bytesMax: 8000 })
  const small = arrive('small')
  small.stream.write(Buffer.alloc(10))
  const large = [arrive('large'), arrive('large')]
  for (const { stream } of large) stream.write(Buffer.alloc(3000))
  await setImmediate()
  const last = arrive('last')
  last.stream.write(Buffer.alloc(2000))
  await setImmediate()
  t.same(
    [small, ...large, last].map(({ came }) => came),
    ['', 'ingress_overloaded', '', ''],
  )
})

t.test('many small pieces count for what they cost, not for what they hold', async t => {
  const { arrive } = start({ tenantBytesMax: 100_000 })
  const { stream } = arrive('acme')
  const pieces = arrive('acme')
  stream.write('x')
  for (let i = 0; i < 500; i++) pieces.stream.write('x')
  while (pieces.came === '') await setImmediate()
  t.equal(pieces.came, 'webhook_share_exceeded')
})

t.test('a body ends that brings less than 16 KiB/s over 2 s, or lasts for 10 s', async t => {
  const { arrive, sweep, pass } = start()
  const [slow, fast, stalled] = [arrive('acme'), arrive('acme'), arrive('acme')]
  stalled.stream.write(Buffer.alloc(60_000))
  const came: string[][] = []
  for (let second = 0; second < 10; second++) {
    slow.stream.write(Buffer.alloc(15 * 1024))
    fast.stream.write(Buffer.alloc(17 * 1024))
    await setImmediate()
    pass(1000)
    sweep()
    came.push([slow.came, fast.came, stalled.came])
  }
  t.same(came[0], ['', '', ''])
  t.same(came[1], ['request_too_slow', '', ''])
  t.same(came[3], ['request_too_slow', '', 'request_too_slow'])
  t.same(came[8], ['request_too_slow', '', 'request_too_slow'])
  t.same(came[9], ['request_too_slow', 'request_too_slow', 'request_too_slow'])
})

t.test('of large bodies only so many are read at once; small ones go on', async t => {
  const { arrive } = start()
  const large = 256 * 1024
  const ofOne = Array.from({ length: 7 }, () => arrive('acme', large))
  const grown = arrive('acme', Number.NaN)
  const untold = arrive('acme', Number.NaN)
  grown.stream.write(Buffer.alloc(17 * 1024))
  await setImmediate()
  untold.stream.write(Buffer.alloc(17 * 1024))
  await setImmediate()
  t.same([grown.came, untold.came, arrive('acme', large).came], ['', ...Array(2).fill('webhook_share_exceeded')])
  for (const tenant of ['b', 'c', 'd']) for (let i = 0; i < 8; i++) t.equal(arrive(tenant, large).came, '')
  t.equal(arrive('e', large).came, 'ingress_overloaded')
  const small = [arrive('acme', 700), arrive('acme', Number.NaN)]
  for (const { stream } of small) stream.end('good')
  ofOne[0]?.stream.end()
  while (small.some(({ came }) => came === '') || ofOne[0]?.came === '') await setImmediate()
  t.same(
    small.map(({ came }) => came),
    ['whole good', 'whole good'],
  )
  t.equal(arrive('acme', large).came, '', 'one has ended')
})

t.test('of large bodies only so many begin within a tenth of a second, however soon each has come', async t => {
  const { arrive, pass } = start()
  const large = 100_000
  async function taken(tenant: string): Promise<string> {
    const body = arrive(tenant, large)
    body.stream.end('x')
    while (body.came === '') await setImmediate()
    return body.came
  }
  for (let i = 0; i < 20; i++) t.equal(await taken('acme'), 'whole x')
  t.equal(await taken('acme'), 'webhook_share_exceeded')
  for (let i = 0; i < 20; i++) t.equal(await taken('other'), 'whole x')
  t.equal(await taken('third'), 'ingress_overloaded')
  pass(100)
  t.same([await taken('acme'), await taken('third')], ['whole x', 'whole x'])
})
