import t from 'tap'
import { createLanes, readRange } from './index.ts'
import { testTopic, valuesIn } from './test-topic.ts'

const { client, topic } = await testTopic(4)

t.test('callers that queue share sends, each is told its own offset, and order is kept', async t => {
  const lanes = await createLanes(client)
  const count = 2000
  const positions = await Promise.all(
    Array.from({ length: count }, (_, number) => lanes.append(topic, 0, { key: 'tenant', value: `${number}` })),
  )
  t.strictSame(
    positions,
    Array.from({ length: count }, (_, offset) => ({ partition: 0, offset })),
  )
  t.strictSame(
    await valuesIn(readRange(client, topic, 0, 0)),
    Array.from({ length: count }, (_, number) => `${number}`),
  )
  const { sends, records, queuedBytes } = lanes.stats()
  t.ok(sends <= 10, `${sends} sends`)
  t.equal(records, count)
  t.equal(queuedBytes, 0)
  await lanes.stop()
})

t.test('what is appended as one comes in one piece and order, though it needs several sends', async t => {
  const lanes = await createLanes(client, { sendBytesMax: 10_000 })
  const values = Array.from({ length: 100 }, (_, number) => `${number} ${'x'.repeat(1000)}`)
  await lanes.appendAll(
    topic,
    1,
    values.map(value => ({ key: 'tenant', value })),
  )
  t.strictSame(await valuesIn(readRange(client, topic, 1, 0)), values)
  t.ok(lanes.stats().sends >= 10)
  await lanes.appendAll(topic, 1, [])
  await lanes.stop()
})

t.test('an erasure is a real null value, and bytes are kept as they are', async t => {
  const lanes = await createLanes(client)
  await lanes.append(topic, 2, { key: 'tenant', value: Buffer.from('{"é":"\u{1F600}"}') })
  await lanes.append(topic, 2, { key: 'tenant', value: null })
  t.strictSame(await valuesIn(readRange(client, topic, 2, 0)), ['{"é":"\u{1F600}"}', null])
  await lanes.stop()
})

t.test('more than may wait is refused at once, and what waits is stored', async t => {
  let open = false
  const lanes = await createLanes(client, { queueBytesMax: 5000, mayStart: () => open })
  const record = { key: 'tenant', value: 'x'.repeat(1000) }
  const waiting = Array.from({ length: 4 }, () => lanes.append(topic, 3, record))
  await t.rejects(lanes.append(topic, 3, record), { code: 'log_overloaded', retryable: true })
  open = true
  t.equal((await Promise.all(waiting)).length, 4)
  await lanes.append(topic, 3, record)
  await lanes.stop()
})

t.test('nothing is sent while sends may not start, and what waits too long is given up', async t => {
  let open = false
  const lanes = await createLanes(client, { deadlineMs: 300, mayStart: () => open })
  const began = performance.now()
  const waiting = Array.from({ length: 500 }, (_, number) =>
    lanes.append(topic, number % 4, { key: 'tenant', value: 'late' }),
  )
  const timers = () => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length
  const before = timers()
  const codes = (await Promise.allSettled(waiting)).map(late => late.status === 'rejected' && late.reason.code)
  t.strictSame([...new Set(codes)], ['log_deadline'])
  t.ok(performance.now() - began < 2000)
  t.ok(timers() <= before + 5, 'waiting appends pile up no timers')
  t.equal(lanes.stats().sends, 0)
  open = true
  await lanes.append(topic, 0, { key: 'tenant', value: 'in time' })
  await lanes.stop()
})

t.test('a record that Kafka refuses fails alone, and those sent with it are stored in order', async t => {
  const small = await testTopic(1, { configs: { 'max.message.bytes': '20000' } })
  const lanes = await createLanes(small.client)
  const outcomes = await Promise.allSettled(
    ['1', '2', 'x'.repeat(30_000), '4', '5'].map(value => lanes.append(small.topic, 0, { key: 'tenant', value })),
  )
  t.strictSame(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
  t.match((outcomes[2] as PromiseRejectedResult).reason, {
    code: 'log_refused',
    retryable: false,
    message: /MESSAGE_TOO_LARGE/,
  })
  t.strictSame(await valuesIn(readRange(small.client, small.topic, 0, 0)), ['1', '2', '4', '5'])
  t.equal(lanes.stats().queuedBytes, 0)
  await lanes.stop()
})

t.test('of many records that are appended together each is told by itself, and no more wait than may', async t => {
  const small = await testTopic(1, { configs: { 'max.message.bytes': '20000' } })
  const lanes = await createLanes(small.client, { queueBytesMax: 50_000 })
  const values = Array.from({ length: 60 }, (_, at) => `${at} ${'x'.repeat(at === 33 ? 30_000 : 2000)}`)
  const record = (value: string) => ({ key: 'tenant', value })
  const halves = [values.slice(0, 30), values.slice(30)].map(half => lanes.appendEach(small.topic, 0, half.map(record)))
  await t.rejects(lanes.append(small.topic, 0, record('x'.repeat(9000))), { code: 'log_overloaded' })
  const [first, second] = await Promise.all(halves)
  t.match(first, { refused: new Map(), unknown: 30, unsent: 30, code: null })
  t.strictSame([...(second?.refused ?? [])], [[3, 'MESSAGE_TOO_LARGE']])
  t.match(second, { unknown: 30, unsent: 30, code: null })
  t.strictSame(
    await valuesIn(readRange(small.client, small.topic, 0, 0)),
    values.filter((_, at) => at !== 33),
  )
  t.match(await lanes.appendEach(small.topic, 0, [record('1')], () => false), { unknown: 0, unsent: 0 })
  t.equal(lanes.stats().queuedBytes, 0)
  await lanes.stop()
})

t.test('a lane whose connections were closed connects again and loses nothing', async t => {
  const own = await testTopic(1)
  const lanes = await createLanes(own.client, { deadlineMs: 10_000 })
  for (const value of ['1', '2', '3']) {
    await lanes.append(own.topic, 0, { key: 'tenant', value })
    lanes.closeConnections()
  }
  t.strictSame(await valuesIn(readRange(own.client, own.topic, 0, 0)), ['1', '2', '3'])
  await lanes.stop()
})

t.test('a stopping service sends what waits, and takes nothing more', async t => {
  const own = await testTopic(1)
  const lanes = await createLanes(own.client)
  const waiting = Array.from({ length: 100 }, () => lanes.append(own.topic, 0, { key: 'tenant', value: '{}' }))
  const stopped = lanes.stop()
  await t.rejects(lanes.append(own.topic, 0, { key: 'tenant', value: '{}' }), { code: 'log_unavailable' })
  t.equal((await Promise.all(waiting)).length, 100)
  await stopped
})
