import { AppError } from '@hibob-sync/runtime'
import t from 'tap'
import { uniqueName } from '../../test/support/engines.ts'
import { until } from '../../test/support/until.ts'
import { withAdmin } from './admin.ts'
import { type ConsumerOptions, createLanes, startConsumer } from './index.ts'
import { quietLogger, type TestTopic, testTopic } from './test-topic.ts'

const sessionTimeoutMs = 6000

t.test('records come in order from the offset that the take-over gave, whatever the group has committed', async t => {
  const { topic, client } = await filledTopic(2, 100)
  const seen: Record<number, string[]> = { 0: [], 1: [] }
  const groupId = uniqueName('group')
  for (const from of [40, 10]) {
    seen[0] = []
    seen[1] = []
    const consumer = await start(
      { client, topic },
      { groupId, takeOver: async partition => ({ offset: from + partition }) },
      batch => {
        seen[batch.partition]?.push(...batch.records.map(({ value }) => value ?? ''))
      },
    )
    await consumer.caughtUp()
    t.strictSame(seen[0], numbers(from, 100))
    t.strictSame(seen[1], numbers(from + 1, 100))
    t.strictSame(consumer.positions().get(0), { position: 100, highWatermark: 100 })
    t.strictSame(consumer.assigned(), [0, 1])
    await consumer.stop()
    t.strictSame(consumer.assigned(), [])
  }
})

t.test('the owner of an empty partition is told of its take-over, and is caught up', async t => {
  const empty = await testTopic(3)
  const takenOver: number[] = []
  const consumer = await start(empty, {
    async takeOver(partition) {
      takenOver.push(partition)
      return { offset: 0 }
    },
  })
  await consumer.caughtUp()
  t.strictSame(takenOver.sort(), [0, 1, 2])
  await consumer.stop()
})

t.test('a batch that fails is handed over again, and one that is half done goes on from where it came', async t => {
  const filled = await filledTopic(1, 20)
  const firsts: number[] = []
  const consumer = await start(filled, {
    async handle({ records }) {
      const first = records[0]?.offset ?? -1
      firsts.push(first)
      if (firsts.length <= 2) throw new Error('not yet')
      return { nextOffset: first + 7 }
    },
  })
  await consumer.caughtUp(new Map([[0, 20]]))
  t.strictSame(firsts, [0, 0, 0, 7, 14])
  await consumer.stop()
})

t.test('a handler that takes long holds up no other partition, and its own goes on in order', async t => {
  const filled = await filledTopic(2, 20)
  const otherIsDone = Promise.withResolvers<void>()
  const seen: Record<number, string[]> = { 0: [], 1: [] }
  const lanes = await createLanes(filled.client)
  const consumer = await start(filled, {
    async handle({ partition, records }) {
      if (partition === 0) await otherIsDone.promise
      seen[partition]?.push(...records.map(({ value }) => value ?? ''))
      if (partition === 1 && seen[1]?.includes('late')) otherIsDone.resolve()
      return { nextOffset: (records.at(-1)?.offset ?? 0) + 1 }
    },
  })
  await consumer.caughtUp(new Map([[1, 20]]).set(0, 0))
  for (const partition of [0, 1]) await lanes.append(filled.topic, partition, { key: 'tenant', value: 'late' })
  await consumer.caughtUp()
  for (const partition of [0, 1]) t.strictSame(seen[partition], [...numbers(0, 20), 'late'])
  await consumer.stop()
  await lanes.stop()
})

t.test('a take-over that may succeed later is tried again; one that never will ends the consumer', async t => {
  const filled = await filledTopic(1, 5)
  let attempts = 0
  const consumer = await start(filled, {
    async takeOver() {
      if (++attempts < 3) throw new Error('MongoDB is away')
      return { offset: 0 }
    },
  })
  await consumer.caughtUp()
  t.equal(attempts, 3)
  await consumer.stop()
  const crashed = Promise.withResolvers<Error>()
  const refused = await start(filled, {
    takeOver: async () => Promise.reject(new AppError('other_cluster', 'another cluster', { retryable: false })),
    onCrash: crashed.resolve,
  })
  t.match(await crashed.promise, { code: 'other_cluster' })
  await refused.stop()
})

t.test('what every partition is refused for is told once', async t => {
  const many = await testTopic(6)
  let refused = 0
  let told = 0
  const consumer = await start(many, {
    async takeOver() {
      refused++
      throw new AppError('other_cluster', 'another cluster', { retryable: false })
    },
    onCrash: () => void told++,
  })
  await until(() => refused === 6)
  await consumer.stop()
  t.equal(told, 1)
})

t.test('a position that the log has lost ends the consumer: nothing is skipped', async t => {
  const filled = await filledTopic(1, 50)
  await withAdmin(filled.client, async admin => {
    await admin.fetchTopicOffsets(filled.topic) // kafkajs deletes only in topics whose metadata it has
    await admin.deleteTopicRecords({ topic: filled.topic, partitions: [{ partition: 0, offset: '30' }] })
  })
  const crashed = Promise.withResolvers<Error>()
  const handled: number[] = []
  const consumer = await start(filled, { takeOver: async () => ({ offset: 10 }), onCrash: crashed.resolve }, batch => {
    handled.push(...batch.records.map(({ offset }) => offset))
  })
  t.match(await crashed.promise, { code: 'log_truncated', message: /up to 10, but its log begins at 30/ })
  t.strictSame(handled, [])
  await consumer.stop()
})

t.test('a handler that never ends ends the consumer, unless it waits for an engine', async t => {
  const filled = await filledTopic(1, 5)
  const crashed = Promise.withResolvers<Error>()
  const never = Promise.withResolvers<{ nextOffset: number }>()
  let answer = false
  let asked = 0
  let told = 0
  const consumer = await start(filled, {
    handle: () => never.promise,
    handleMaxMs: 200,
    heartbeatIntervalMs: 100,
    enginesAnswer() {
      asked++
      return answer
    },
    onCrash(error) {
      told++
      crashed.resolve(error)
    },
  })
  await until(() => asked > 8)
  t.equal(told, 0, 'MongoDB is away for four times as long as a handler may take')
  answer = true
  t.match(await crashed.promise, { code: 'handler_stuck' })
  never.resolve({ nextOffset: 5 })
  await consumer.stop()
})

t.test('slow take-overs and slow handlers keep their partitions: heartbeats go on', async t => {
  const filled = await filledTopic(2, 3)
  const events: string[] = []
  const pause = () => new Promise(resolve => setTimeout(resolve, sessionTimeoutMs + 1500))
  const consumer = await start(filled, {
    async takeOver(partition) {
      events.push(`take over ${partition}`)
      if (partition === 0) await pause()
      return { offset: 0 }
    },
    async handle({ partition, records, isOwned }) {
      if (partition === 1) await pause()
      events.push(`handled ${partition} ${isOwned()}`)
      return { nextOffset: (records.at(-1)?.offset ?? 0) + 1 }
    },
    released: partitions => void events.push(`released ${partitions}`),
  })
  await consumer.caughtUp()
  t.strictSame(events.sort(), ['handled 0 true', 'handled 1 true', 'take over 0', 'take over 1'])
  t.ok(consumer.heartbeatAgeMs() < sessionTimeoutMs)
  await consumer.stop()
})

t.test('joining again takes every partition over anew, and goes on where the take-over says', async t => {
  const filled = await filledTopic(2, 10)
  const takenOver: number[] = []
  const released: number[] = []
  const handled: string[] = []
  const consumer = await start(
    filled,
    {
      async takeOver(partition) {
        takenOver.push(partition)
        return { offset: takenOver.length > 2 ? 8 : 0 }
      },
      released: partitions => void released.push(...partitions),
    },
    batch => void handled.push(...batch.records.map(({ offset }) => `${batch.partition}/${offset}`)),
  )
  await consumer.caughtUp()
  await consumer.rejoin()
  await consumer.caughtUp()
  t.strictSame(takenOver.sort(), [0, 0, 1, 1])
  t.strictSame(released.sort(), [0, 1])
  t.equal(handled.length, 2 * 10 + 2 * 2)
  await consumer.stop()
})

t.test('a consumer that stops ends what it handles, and still owns its partitions until it leaves', async t => {
  const filled = await filledTopic(1, 5)
  const handling = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const events: string[] = []
  const consumer = await start(filled, {
    async handle({ records }) {
      handling.resolve()
      await goOn.promise
      events.push('handled')
      return { nextOffset: (records.at(-1)?.offset ?? 0) + 1 }
    },
    released: () => void events.push('released'),
  })
  await handling.promise
  const stopped = consumer.stop(async () => void events.push(`before leaving ${consumer.assigned()}`))
  goOn.resolve()
  await stopped
  t.strictSame(events, ['handled', 'before leaving 0', 'released'])
})

async function filledTopic(partitions: number, count: number): Promise<TestTopic> {
  const filled = await testTopic(partitions)
  const lanes = await createLanes(filled.client)
  const records = numbers(0, count).map(value => ({ key: 'tenant', value }))
  for (let partition = 0; partition < partitions; partition++) await lanes.appendAll(filled.topic, partition, records)
  await lanes.stop()
  return filled
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, index) => `${from + index}`)
}

type Batch = Parameters<ConsumerOptions['handle']>[0]

function start(of: TestTopic, options: Partial<ConsumerOptions> = {}, onBatch: (batch: Batch) => void = () => {}) {
  return startConsumer({
    ...of,
    groupId: uniqueName('group'),
    sessionTimeoutMs,
    logger: quietLogger,
    takeOver: async () => ({ offset: 0 }),
    async handle(batch) {
      onBatch(batch)
      return { nextOffset: (batch.records.at(-1)?.offset ?? -1) + 1 }
    },
    released: () => {},
    onCrash: error => {
      throw error
    },
    ...options,
  })
}
