// Reads stretches of one partition, each record once, by a throw-away group of one member, which is deleted afterwards.
// However slowly the caller takes the records, the group is not left: heartbeats go on while they wait.
import { randomUUID } from 'node:crypto'
import type { LogRecord } from '@hibob-sync/domain'
import { AppError, errorCode } from '@hibob-sync/runtime'
import type { Consumer } from 'kafkajs'
import { withAdmin } from './admin.ts'
import { batchQueue } from './batch-queue.ts'
import { beginningGone, cutWhileRead, requireWhole } from './check-log.ts'
import { type KafkaClient, newKafka } from './client.ts'
import { type LogEnds, logEnds } from './log-ends.ts'
import { recordOf } from './log-record.ts'

/** The offsets [`from`, `to`). */
export interface Stretch {
  from: number
  to: number
}

interface Reading {
  topic: string
  partition: number
  /** Ascending and disjoint, within the log; at least one. */
  stretches: Stretch[]
  /** Of the same topic: they are not read. */
  others: number[]
  fetchBytesMax: number
  whole: boolean
}

export interface ReadOptions {
  sessionTimeoutMs?: number
  /** How much one fetch brings: less where single records are wanted. */
  fetchBytesMax?: number
  /** Fails when the log does not hold everything from the first stretch's beginning on (`log_truncated`), instead of going on behind it. */
  whole?: boolean
}

const heartbeatMs = 1000
const crashesMax = 5
const lookEveryMs = 2000

/**
 * Yields the records of [`from`, `to`) in order, a fetched batch at a time; `to` is cut at the log's present end, `from` at its beginning.
 * Throws AppError `unknown_partition` or `log_truncated` (not retryable), or `log_unavailable` when Kafka cannot be read.
 */
export function readRange(
  client: KafkaClient,
  topic: string,
  partition: number,
  from: number,
  to = Number.POSITIVE_INFINITY,
  options: ReadOptions = {},
): AsyncGenerator<LogRecord[]> {
  return readStretches(client, topic, partition, [{ from, to }], options)
}

/** As `readRange`, of several stretches: in the log's order, each record once though they overlap; what lies between is passed over. */
export async function* readStretches(
  client: KafkaClient,
  topic: string,
  partition: number,
  stretches: readonly Stretch[],
  { sessionTimeoutMs = 30_000, fetchBytesMax = 4 * 1024 * 1024, whole = false }: ReadOptions = {},
): AsyncGenerator<LogRecord[]> {
  const ends = await logEnds(client, topic)
  const own = ends.get(partition)
  if (own === undefined)
    throw new AppError('unknown_partition', `topic ${topic} has no partition ${partition}`, { retryable: false })
  if (whole) for (const { from } of stretches) requireWhole(topic, partition, from, own)
  const others = [...ends.keys()].filter(other => other !== partition)
  const within = disjoint(stretches, own)
  if (within.length === 0) return
  yield* readAll(client, { topic, partition, stretches: within, others, fetchBytesMax, whole }, sessionTimeoutMs)
}

function disjoint(stretches: readonly Stretch[], { low, high }: LogEnds): Stretch[] {
  const merged: Stretch[] = []
  const cut = stretches.map(({ from, to }) => ({ from: Math.max(from, low), to: Math.min(to, high) }))
  for (const stretch of cut.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last !== undefined && stretch.from <= last.to) last.to = Math.max(last.to, stretch.to)
    else merged.push(stretch)
  }
  return merged
}

async function* readAll(client: KafkaClient, reading: Reading, sessionTimeoutMs: number): AsyncGenerator<LogRecord[]> {
  const groupId = `range-reader-${randomUUID()}`
  const queue = batchQueue()
  const consumer = newKafka(client.options, { retry: { retries: 5 } }).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatMs,
    allowAutoTopicCreation: false,
    maxBytesPerPartition: reading.fetchBytesMax,
    maxWaitTimeInMs: 100,
  })
  const { topic, partition, stretches } = reading
  const end = stretches.at(-1)?.to ?? 0
  // of a log that was cut to nothing no fetch tells
  const looking = setInterval(async () => {
    const ends = await logEnds(client, topic).catch(() => null)
    const high = ends?.get(partition)?.high ?? end
    if (high < end) queue.fail(cutWhileRead(topic, partition, end, high))
  }, lookEveryMs)
  try {
    await fetchInto(queue, consumer, reading)
    yield* queue.drain()
  } finally {
    clearInterval(looking)
    queue.end()
    await consumer.disconnect()
    await withAdmin(client, admin => admin.deleteGroups([groupId])).catch(() => {})
  }
}

async function fetchInto(queue: ReturnType<typeof batchQueue>, consumer: Consumer, reading: Reading): Promise<void> {
  const { topic, partition, stretches, others, whole } = reading
  let at = 0
  let next = stretches[0]?.from ?? 0
  const isWanted = ({ offset }: LogRecord) => {
    // within one batch, later stretches may begin
    while (offset >= (stretches[at]?.to ?? Number.POSITIVE_INFINITY)) at++
    return offset >= next && offset >= (stretches[at]?.from ?? Number.POSITIVE_INFINITY)
  }
  consumer.on(consumer.events.GROUP_JOIN, () => {
    if (others.length > 0) consumer.pause([{ topic, partitions: others }])
    consumer.seek({ topic, partition, offset: String(next) })
  })
  let crashes = 0
  // e.g. a coordinator that is still loading: kafkajs starts again by itself
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart || ++crashes > crashesMax) queue.fail(unavailable(reading, error))
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    async eachBatch({ batch, heartbeat }) {
      if (batch.partition !== partition) return
      const [first, high] = [Number(batch.firstOffset()), Number(batch.highWatermark)]
      // kafkajs goes on at the log's beginning when an offset is not in the log any more
      if (whole && first > next) return queue.fail(beginningGone(topic, partition, next, first))
      if (high < next) return queue.fail(cutWhileRead(topic, partition, next, high))
      const records = batch.messages.map(message => recordOf(partition, message)).filter(isWanted)
      next = Math.max(next, Number(batch.lastOffset()) + 1)
      while (next >= (stretches[at]?.to ?? Number.POSITIVE_INFINITY)) at++
      const isLast = at >= stretches.length
      const from = stretches[at]?.from ?? next
      if (isLast) consumer.pause([{ topic, partitions: [partition] }])
      else if (from > next) {
        next = from
        consumer.seek({ topic, partition, offset: String(next) })
      }
      const beating = setInterval(() => void heartbeat().catch(() => {}), heartbeatMs)
      if (records.length > 0) await queue.put(records)
      clearInterval(beating)
      if (isLast) queue.end()
    },
  })
}

const unavailable = ({ topic, partition }: Reading, error: Error) =>
  new AppError('log_unavailable', `${topic}/${partition} cannot be read (${errorCode(error)}): try again`, {
    retryable: true,
    cause: error,
  })
