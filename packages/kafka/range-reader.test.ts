import t from 'tap'
import { withAdmin } from './admin.ts'
import { createLanes, logEnds, offsetForTime, readRange, readStretches } from './index.ts'
import { testTopic, valuesIn } from './test-topic.ts'

const { client, topic } = await testTopic(3)
const lanes = await createLanes(client)
const value = (number: number) => JSON.stringify({ number })
for (const partition of [0, 1]) {
  const records = Array.from({ length: 500 }, (_, number) => ({ key: 'tenant', value: value(number) }))
  await lanes.appendAll(topic, partition, records)
}
t.teardown(() => lanes.stop())

t.test('exactly the records of [from, to) are read, in order', async t => {
  const values = await valuesIn(readRange(client, topic, 1, 123, 321))
  t.strictSame(
    values,
    Array.from({ length: 321 - 123 }, (_, index) => value(123 + index)),
  )
})

t.test('a range is cut at the ends of the log, and an empty one ends at once', async t => {
  t.equal((await valuesIn(readRange(client, topic, 0, 490, 10_000))).length, 10)
  t.strictSame(await valuesIn(readRange(client, topic, 0, 500)), [])
  t.strictSame(await valuesIn(readRange(client, topic, 0, 20, 20)), [])
  t.strictSame(await valuesIn(readRange(client, topic, 2, 0)), [])
})

t.test('single records and stretches far apart are read, each once and nothing between them', async t => {
  const stretches = [400, 3, 4, 250, 4, 10_000].map(offset => ({ from: offset, to: offset + 1 }))
  const read = (fetchBytesMax: number) =>
    valuesIn(readStretches(client, topic, 0, [...stretches, { from: 248, to: 252 }], { fetchBytesMax }))
  const expected = [3, 4, 248, 249, 250, 251, 400].map(value)
  t.strictSame(await read(1024), expected)
  t.strictSame(await read(4 * 1024 * 1024), expected, 'also when one fetch brings all of them')
  t.strictSame(await valuesIn(readStretches(client, topic, 0, [{ from: 600, to: 700 }])), [])
})

t.test('a partition that does not exist is an error, not an empty range', async t => {
  await t.rejects(valuesIn(readRange(client, topic, 7, 0)), { code: 'unknown_partition' })
})

t.test('a reader that is left early, or read to its end, leaves no group behind', async () => {
  for await (const _ of readRange(client, topic, 0, 0)) break
  await valuesIn(readRange(client, topic, 0, 0))
  const readers = await withAdmin(client, async admin =>
    (await admin.listGroups()).groups.map(({ groupId }) => groupId),
  )
  // readers of other tests may be there now, and go; one that was left behind would stay
  for (const groupId of readers.filter(id => id.startsWith('range-reader-'))) await until(() => isGone(groupId))
})

async function isGone(groupId: string): Promise<boolean> {
  const { groups } = await withAdmin(client, admin => admin.listGroups())
  return groups.every(group => group.groupId !== groupId)
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(resolve => setTimeout(resolve, 50))
}

t.test('a reader that takes longer than a session gets every record once', async t => {
  const large = await testTopic(1)
  const count = 60
  const records = Array.from({ length: count }, (_, number) => ({
    key: 'tenant',
    value: `${number} ${'x'.repeat(400_000)}`,
  }))
  await lanes.appendAll(large.topic, 0, records)
  const numbers: number[] = []
  for await (const batch of readRange(large.client, large.topic, 0, 0, count, { sessionTimeoutMs: 6000 })) {
    if (numbers.length === 0) await new Promise(resolve => setTimeout(resolve, 8000))
    numbers.push(...batch.map(record => Number(record.value?.split(' ')[0])))
  }
  t.strictSame(numbers, [...Array(count).keys()])
})

t.test('the log tells its ends, and the offset from which records are younger than a time', async t => {
  t.strictSame(
    await logEnds(client, topic),
    new Map([
      [0, { low: 0, high: 500 }],
      [1, { low: 0, high: 500 }],
      [2, { low: 0, high: 0 }],
    ]),
  )
  const [first] = await Array.fromAsync(readRange(client, topic, 0, 0, 1))
  t.equal(await offsetForTime(client, topic, 0, (first?.[0]?.time ?? 0) - 1), 0)
  t.equal(await offsetForTime(client, topic, 0, Date.now() + 60_000), 500)
  for (const before1970 of [-1, -2, Date.parse('0001-01-01')])
    t.equal(await offsetForTime(client, topic, 0, before1970), 0, `${before1970}`)
})

t.test('a log that is to be read whole is refused when its beginning is gone, or goes while it is read', async t => {
  const own = await testTopic(1)
  await appendSingly(own.topic, 40)
  const deleteBelow = (offset: number) =>
    withAdmin(client, async admin => {
      await admin.fetchTopicOffsets(own.topic) // kafkajs deletes only in topics whose metadata it has
      await admin.deleteTopicRecords({ topic: own.topic, partitions: [{ partition: 0, offset: String(offset) }] })
    })
  const whole = { whole: true, fetchBytesMax: 1024 }
  const read: number[] = []
  await t.rejects(
    async () => {
      for await (const batch of readRange(own.client, own.topic, 0, 0, 40, whole)) {
        read.push(...batch.map(({ offset }) => offset))
        if (read[0] === 0 && read.length === batch.length) await deleteBelow(30)
      }
    },
    { code: 'log_truncated', retryable: false, message: /begins at 30: events were deleted/ },
  )
  t.strictSame(read, [...Array(read.length).keys()], 'what came before was the log')
  t.ok(read.length < 30)
  await t.rejects(valuesIn(readRange(own.client, own.topic, 0, 0, 40, whole)), { code: 'log_truncated' })
  await t.rejects(valuesIn(readStretches(own.client, own.topic, 0, [{ from: 29, to: 31 }], whole)), {
    code: 'log_truncated',
    message: /from 29, but it begins at 30/,
  })
  t.equal((await valuesIn(readRange(own.client, own.topic, 0, 30, 40, whole))).length, 10)
  t.equal((await valuesIn(readRange(own.client, own.topic, 0, 0, 40))).length, 10, 'else what is left is read')
})

t.test('a log that is cut while it is read ends the reader, which would wait for ever', async t => {
  const own = await testTopic(1)
  await appendSingly(own.topic, 40)
  await t.rejects(
    async () => {
      for await (const [record] of readRange(own.client, own.topic, 0, 0, 40, { fetchBytesMax: 1024 })) {
        if (record?.offset !== 0) continue
        await withAdmin(client, admin => admin.deleteTopics({ topics: [own.topic] }))
        await until(() => remade(own.topic))
      }
    },
    { code: /^log_(truncated|unavailable)$/ },
  )
})

/** Each in a send of its own, so that a fetch can bring one alone. */
async function appendSingly(to: string, count: number): Promise<void> {
  for (let number = 0; number < count; number++)
    await lanes.append(to, 0, { key: 'tenant', value: `${number} ${'x'.repeat(2000)}` })
}

async function remade(made: string): Promise<boolean> {
  const topics = [{ topic: made, numPartitions: 1, replicationFactor: 1 }]
  return withAdmin(client, admin => admin.createTopics({ topics, waitForLeaders: true })).catch(() => false)
}
