import type { EachBatchPayload } from 'kafkajs'
import t from 'tap'
import { batchHandler } from './batch-handler.ts'
import { lastRecordOf } from './last-record.ts'
import { recordOf } from './log-record.ts'
import { partitionOwnership } from './ownership.ts'
import { quietLogger } from './test-topic.ts'

const partition = 3
const handledUpTo = 5000
const messageAt = (offset: number, text = 'as it was') => ({
  offset: String(offset),
  timestamp: '1700000000000',
  key: Buffer.from('tenant'),
  value: Buffer.from(`${offset} ${text}`),
})
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const last = lastRecordOf(recordOf(partition, messageAt(handledUpTo - 1)))

/** A partition that is handled up to 5,000, and what kafkajs does with it: `fetch` hands a batch over as it does. */
async function handledPartition(known: typeof last | undefined) {
  const crashes: Error[] = []
  const handled: number[] = []
  const sought: number[] = []
  const ownership = partitionOwnership({
    logger: quietLogger,
    takeOver: async () => ({ offset: handledUpTo, ...(known === undefined ? {} : { last: known }) }),
    released: () => {},
    onCrash: error => void crashes.push(error),
  })
  const { promise: taken, resolve } = Promise.withResolvers<void>()
  ownership.assign([partition], (_, offset) => {
    sought.push(offset)
    resolve()
  })
  await taken
  await new Promise(done => setImmediate(done))
  const { eachBatch } = batchHandler({
    logger: quietLogger,
    ownership,
    clock: { ageMs: () => 0 },
    sessionTimeoutMs: 10_000,
    heartbeatIntervalMs: 1000,
    handleMaxMs: 60_000,
    enginesAnswer: () => true,
    partitionsConcurrently: 4,
    async handle({ records }) {
      handled.push(...records.map(({ offset }) => offset))
      return { nextOffset: (records.at(-1)?.offset ?? 0) + 1 }
    },
    seek: (_, offset) => void sought.push(offset),
    onCrash: error => void crashes.push(error),
  })
  async function fetch(messages: ReturnType<typeof messageAt>[], highWatermark: number, fetchedOffset?: number) {
    const batch = {
      topic: 'events',
      partition,
      messages,
      highWatermark: String(highWatermark),
      fetchedOffset: String(fetchedOffset ?? messages[0]?.offset),
    }
    await eachBatch({
      batch,
      heartbeat: async () => {},
      pause: () => () => {},
      resolveOffset: () => {},
      commitOffsetsIfNecessary: async () => {},
      uncommittedOffsets: () => ({ topics: [] }),
      isRunning: () => true,
      isStale: () => false,
    } as unknown as EachBatchPayload)
  }
  return { fetch, crashes, handled, sought, ownership }
}

t.test('a log that ends before the position ends the consumer, though kafkajs went back to its beginning', async t => {
  for (const known of [last, undefined]) {
    const { fetch, crashes, handled } = await handledPartition(known)
    // kafkajs resets to 0, is sent back to the position, and resets again
    for (let round = 0; round < 5 && crashes.length === 0; round++)
      await fetch(
        range(0, 100).map(offset => messageAt(offset)),
        100,
      )
    t.match(crashes, [
      { code: 'log_behind_checkpoint', retryable: false, message: /ends at 100.*5000|5000.*ends at 100/ },
    ])
    t.equal(crashes.length, 1)
    t.strictSame(handled, [])
  }
})

t.test('a log whose record before the position is another one is another log: nothing of it is handled', async t => {
  const { fetch, crashes, handled, sought } = await handledPartition(last)
  t.strictSame(sought, [handledUpTo - 1], 'reading begins with the last record that was handled')
  await fetch(
    range(4900, 5100).map(offset => messageAt(offset, 'made anew')),
    5100,
  )
  t.match(crashes, [{ code: 'log_replaced', retryable: false, message: /4999/ }])
  t.strictSame(handled, [])
})

t.test('the same log goes on at the position, and the record before it is not handled twice', async t => {
  const { fetch, crashes, handled, ownership } = await handledPartition(last)
  await fetch(
    range(4999, 5010).map(offset => messageAt(offset)),
    5020,
  )
  await fetch(
    range(5010, 5020).map(offset => messageAt(offset)),
    5020,
  )
  t.strictSame(crashes, [])
  t.strictSame(handled, range(5000, 5020))
  t.equal(ownership.position(partition), 5020)
})

t.test('an idle log is compared too', async t => {
  const same = await handledPartition(last)
  await same.fetch([messageAt(4999)], 5000)
  t.strictSame([same.crashes, same.handled], [[], []])
  const other = await handledPartition(last)
  await other.fetch([messageAt(4999, 'made anew')], 5000)
  t.match(other.crashes, [{ code: 'log_replaced' }])
})

t.test('a record that is not there any more, where the log goes on behind it, ends the consumer', async t => {
  const { fetch, crashes, handled } = await handledPartition(last)
  await fetch([messageAt(5000), messageAt(5001)], 5002, 4999)
  t.match(crashes, [{ code: 'log_replaced', message: /4999/ }])
  t.strictSame(handled, [])
})

t.test('after a fetch that does not continue, the last record is compared once more', async t => {
  const same = await handledPartition(last)
  await same.fetch(
    range(4999, 5010).map(offset => messageAt(offset)),
    5010,
  )
  // kafkajs has begun at 0 again, in a log that is long enough
  await same.fetch(
    range(0, 100).map(offset => messageAt(offset)),
    5050,
  )
  t.equal(same.sought.at(-1), 5009, 'the last record that was handled')
  await same.fetch(
    range(5009, 5020).map(offset => messageAt(offset, offset === 5009 ? 'as it was' : 'new')),
    5050,
  )
  t.strictSame(same.crashes, [])
  t.strictSame(same.handled, range(5000, 5020))

  const replaced = await handledPartition(last)
  await replaced.fetch(
    range(4999, 5010).map(offset => messageAt(offset)),
    5010,
  )
  await replaced.fetch(
    range(0, 100).map(offset => messageAt(offset, 'made anew')),
    5050,
  )
  await replaced.fetch(
    range(5009, 5020).map(offset => messageAt(offset, 'made anew')),
    5050,
  )
  t.match(replaced.crashes, [{ code: 'log_replaced', message: /5009/ }])
  t.strictSame(replaced.handled, range(5000, 5010))
})

t.test('a batch that was fetched before the partition was taken over again proves nothing', async t => {
  const { fetch, crashes, handled, sought } = await handledPartition(last)
  await fetch([messageAt(5000), messageAt(5001)], 5002, 5000)
  await fetch([messageAt(100)], 200, 100)
  t.strictSame([crashes, handled], [[], []])
  t.strictSame(sought, [4999, 4999, 4999])
  await fetch([messageAt(4999), messageAt(5000)], 5002)
  t.strictSame([crashes, handled], [[], [5000]])
})

t.test('a checkpoint of before, which names no record, goes on uncompared', async t => {
  const { fetch, crashes, handled, sought } = await handledPartition(undefined)
  t.strictSame(sought, [handledUpTo])
  await fetch([messageAt(5000), messageAt(5001)], 5002)
  t.strictSame([crashes, handled], [[], [5000, 5001]])
})

t.test('events that were deleted before they were handled end the consumer', async t => {
  const { fetch, crashes, handled } = await handledPartition(undefined)
  await fetch([messageAt(5050)], 5060, 5000)
  t.match(crashes, [{ code: 'log_truncated' }])
  t.strictSame(handled, [])
})
