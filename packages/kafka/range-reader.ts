// Reads a stretch of one partition, each record once, by a throw-away group of one member, which is deleted afterwards.
// However slowly the caller takes the records, the group is not left: heartbeats go on while they wait.
import { randomUUID } from 'node:crypto'
import type { LogRecord } from '@hibob-sync/domain'
import { AppError, errorCode } from '@hibob-sync/runtime'
import type { Consumer } from 'kafkajs'
import { withAdmin } from './admin.ts'
import { batchQueue } from './batch-queue.ts'
import { type KafkaClient, newKafka } from './client.ts'
import { logEnds } from './log-ends.ts'
import { recordOf } from './log-record.ts'

interface Stretch {
  topic: string
  partition: number
  start: number
  end: number
  /** Of the same topic: they are not read. */
  others: number[]
}

const heartbeatMs = 1000
const crashesMax = 5

/**
 * Yields the records of [`from`, `to`) in order, a fetched batch at a time; `to` is cut at the log's present end, `from` at its beginning.
 * Throws AppError `unknown_partition` (not retryable), or `log_unavailable` when Kafka cannot be read.
 */
export async function* readRange(
  client: KafkaClient,
  topic: string,
  partition: number,
  from: number,
  to = Number.POSITIVE_INFINITY,
  { sessionTimeoutMs = 30_000 }: { sessionTimeoutMs?: number } = {},
): AsyncGenerator<LogRecord[]> {
  const ends = await logEnds(client, topic)
  const own = ends.get(partition)
  if (own === undefined)
    throw new AppError('unknown_partition', `topic ${topic} has no partition ${partition}`, { retryable: false })
  const others = [...ends.keys()].filter(other => other !== partition)
  const stretch = { topic, partition, start: Math.max(from, own.low), end: Math.min(to, own.high), others }
  if (stretch.start < stretch.end) yield* readStretch(client, stretch, sessionTimeoutMs)
}

async function* readStretch(
  client: KafkaClient,
  stretch: Stretch,
  sessionTimeoutMs: number,
): AsyncGenerator<LogRecord[]> {
  const groupId = `range-reader-${randomUUID()}`
  const queue = batchQueue()
  const consumer = newKafka(client.options, { retry: { retries: 5 } }).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxWaitTimeInMs: 100,
  })
  try {
    await fetchInto(queue, consumer, stretch)
    yield* queue.drain()
  } finally {
    queue.end()
    await consumer.disconnect()
    await withAdmin(client, admin => admin.deleteGroups([groupId])).catch(() => {})
  }
}

async function fetchInto(queue: ReturnType<typeof batchQueue>, consumer: Consumer, stretch: Stretch): Promise<void> {
  const { topic, partition, end, others } = stretch
  let next = stretch.start
  consumer.on(consumer.events.GROUP_JOIN, () => {
    if (others.length > 0) consumer.pause([{ topic, partitions: others }])
    consumer.seek({ topic, partition, offset: String(next) })
  })
  let crashes = 0
  // e.g. a coordinator that is still loading: kafkajs starts again by itself
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart || ++crashes > crashesMax) queue.fail(unavailable(stretch, error))
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch, heartbeat }) {
      if (batch.partition !== partition) return
      const records = batch.messages
        .map(message => recordOf(partition, message))
        .filter(({ offset }) => offset >= next && offset < end)
      next = (records.at(-1)?.offset ?? next - 1) + 1
      const isLast = Number(batch.lastOffset()) + 1 >= end
      if (isLast) consumer.pause([{ topic, partitions: [partition] }])
      const beating = setInterval(() => void heartbeat().catch(() => {}), heartbeatMs)
      if (records.length > 0) await queue.put(records)
      clearInterval(beating)
      if (isLast) queue.end()
    },
  })
}

const unavailable = ({ topic, partition }: Stretch, error: Error) =>
  new AppError('log_unavailable', `${topic}/${partition} cannot be read (${errorCode(error)}): try again`, {
    retryable: true,
    cause: error,
  })
