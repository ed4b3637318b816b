// Reads a stretch of one partition by a throw-away group of one member, which is deleted afterwards.
import { randomUUID } from 'node:crypto'
import type { LogRecord } from '@hibob-sync/domain'
import { type KafkaClient, newKafka } from './client.ts'
import { logEnds } from './log-ends.ts'
import { withAdmin } from './topics.ts'

const queuedBatchesMax = 4

/** Yields the records of [`from`, `to`) in order, a fetched batch at a time; `to` is cut at the log's present end. */
export async function* readRange(
  client: KafkaClient,
  topic: string,
  partition: number,
  from: number,
  to = Number.POSITIVE_INFINITY,
): AsyncGenerator<LogRecord[]> {
  const ends = await logEnds(client, topic)
  const own = ends.get(partition) ?? { low: 0, high: 0 }
  const end = Math.min(to, own.high)
  const start = Math.max(from, own.low)
  if (start >= end) return
  const queue = batchQueue()
  const groupId = `range-reader-${randomUUID()}`
  const consumer = newKafka(client.options, { retry: { retries: 5 } }).consumer({
    groupId,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxWaitTimeInMs: 100,
  })
  const others = [...ends.keys()].filter(other => other !== partition)
  consumer.on(consumer.events.GROUP_JOIN, () => {
    consumer.pause([{ topic, partitions: others }])
    consumer.seek({ topic, partition, offset: String(start) })
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => queue.fail(payload.error))
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: true,
      async eachBatch({ batch, heartbeat }) {
        if (batch.partition !== partition) return
        const records = batch.messages
          .map(message => ({
            partition,
            offset: Number(message.offset),
            time: Number(message.timestamp),
            key: message.key?.toString() ?? '',
            value: message.value?.toString() ?? null,
          }))
          .filter(({ offset }) => offset >= start && offset < end)
        if (records.length > 0) await queue.put(records)
        await heartbeat()
        if (Number(batch.lastOffset()) + 1 >= end) queue.end()
      },
    })
    yield* queue.drain()
  } finally {
    queue.end()
    await consumer.disconnect()
    await withAdmin(client, admin => admin.deleteGroups([groupId])).catch(() => {})
  }
}

/** Hands batches from the fetching side to the reading side; at most a few wait. */
function batchQueue() {
  const batches: LogRecord[][] = []
  let ended = false
  let fault: Error | null = null
  let changed = Promise.withResolvers<void>()
  const notify = () => {
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }
  return {
    async put(records: LogRecord[]) {
      while (batches.length >= queuedBatchesMax && !ended) await changed.promise
      if (ended) return
      batches.push(records)
      notify()
    },
    end() {
      ended = true
      notify()
    },
    fail(error: Error) {
      fault = error
      notify()
    },
    async *drain() {
      for (;;) {
        if (fault !== null) throw fault
        const records = batches.shift()
        if (records !== undefined) {
          notify()
          yield records
        } else if (ended) return
        else await changed.promise
      }
    },
  }
}
