// A consumer whose positions are the caller's own: each time the group is joined its partitions are paused, taken over, sought and resumed.
// Group offsets are only a hint. A handler is never told of records of a partition that it does not own any more (`isOwned`).
import type { LogRecord } from '@hibob-sync/domain'
import { AppError, errorCode, type Logger } from '@hibob-sync/runtime'
import type { EachBatchPayload, Consumer as KafkaConsumer } from 'kafkajs'
import { type KafkaClient, newKafka } from './client.ts'
import { logEnds } from './log-ends.ts'

export interface ConsumedBatch {
  partition: number
  records: LogRecord[]
  /** The offset that the log's next record gets. */
  highWatermark: number
  /** False as soon as the partition was lost, or may have been. */
  isOwned(): boolean
}

export interface ConsumerOptions {
  client: KafkaClient
  groupId: string
  topic: string
  sessionTimeoutMs?: number
  heartbeatIntervalMs?: number
  maxBytesPerPartition?: number
  partitionsConcurrently?: number
  logger: Logger
  /** Makes the caller the owner of a partition; the answer is the next offset to read. Runs each time the group is joined. */
  takeOver(partition: number): Promise<{ offset: number }>
  /** Handles records in order; `nextOffset` is where to go on. Should wait for faults by itself; what it throws is tried again. */
  handle(batch: ConsumedBatch): Promise<{ nextOffset: number }>
  /** These partitions were lost: nothing may be written for them from now on. */
  released(partitions: number[]): void
  /** The consumer cannot go on. */
  onCrash(error: Error): void
}

export interface Consumer {
  /** Partitions that were taken over. */
  assigned(): number[]
  /** Milliseconds since the group last answered. */
  heartbeatAgeMs(): number
  /** Leaves the group and joins it again, so that every member takes over anew. */
  rejoin(): Promise<void>
  positions(): Map<number, { position: number; highWatermark: number }>
  /** Resolves when every assigned partition is handled up to the log's present end (or up to `ends`). */
  caughtUp(ends?: ReadonlyMap<number, number>): Promise<void>
  /** `beforeLeaving` runs when nothing is handled any more and the partitions are still ours. */
  stop(beforeLeaving?: () => Promise<unknown>): Promise<void>
}

const retryMaxMs = 5000
const hintIntervalMs = 5000

export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const {
    client,
    topic,
    logger,
    sessionTimeoutMs = 10_000,
    heartbeatIntervalMs = Math.floor(sessionTimeoutMs / 5),
  } = options
  // the fetch of an empty log must answer well before the session could end
  const kafka = newKafka(client.options, { requestTimeout: Math.max(5000, sessionTimeoutMs / 2) })
  let consumer = newConsumer()
  let epoch = 0
  let lastHeartbeat = 0
  let stopping = false
  let rejoining: Promise<void> | null = null
  const owned = new Set<number>()
  const positions = new Map<number, { position: number; highWatermark: number }>()
  const hints = new Map<number, number>()
  const handling = new Set<Promise<number>>()

  function newConsumer(): KafkaConsumer {
    const made = kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs * 2,
      heartbeatInterval: heartbeatIntervalMs,
      maxBytesPerPartition: options.maxBytesPerPartition ?? 4 * 1024 * 1024,
      maxBytes: 32 * 1024 * 1024,
      maxWaitTimeInMs: 200,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 1000, restartOnFailure: async () => !stopping },
    })
    made.on(made.events.GROUP_JOIN, ({ payload }) => joined(payload.memberAssignment[topic] ?? []))
    made.on(made.events.REBALANCING, () => release())
    made.on(made.events.HEARTBEAT, () => {
      lastHeartbeat = performance.now()
    })
    made.on(made.events.CRASH, ({ payload }) => {
      release()
      if (!payload.restart && !stopping) options.onCrash(payload.error)
    })
    return made
  }

  function release(): void {
    epoch++
    const lost = [...owned]
    owned.clear()
    positions.clear()
    if (lost.length > 0) options.released(lost)
  }

  function joined(partitions: number[]): void {
    release()
    lastHeartbeat = performance.now()
    if (partitions.length === 0) return
    const own = consumer
    own.pause([{ topic, partitions }])
    const joinedEpoch = epoch
    for (const partition of partitions) void take(own, partition, joinedEpoch)
  }

  async function take(own: KafkaConsumer, partition: number, takenEpoch: number): Promise<void> {
    for (let attempt = 0; takenEpoch === epoch && !stopping; attempt++) {
      try {
        const { offset } = await options.takeOver(partition)
        if (takenEpoch !== epoch || stopping) return
        owned.add(partition)
        positions.set(partition, { position: offset, highWatermark: offset })
        own.seek({ topic, partition, offset: String(offset) })
        own.resume([{ topic, partitions: [partition] }])
        return
      } catch (error) {
        if (error instanceof AppError && !error.retryable && takenEpoch === epoch) return options.onCrash(error)
        logger.warn({ partition, attempt, code: errorCode(error) }, 'partition not taken over yet')
        await pauseFor(attempt)
      }
    }
  }

  async function eachBatch({
    batch,
    heartbeat,
    resolveOffset,
    commitOffsetsIfNecessary,
    uncommittedOffsets,
  }: EachBatchPayload): Promise<void> {
    const { partition } = batch
    const batchEpoch = epoch
    const isOwned = () =>
      batchEpoch === epoch && owned.has(partition) && performance.now() - lastHeartbeat < sessionTimeoutMs
    if (stopping || !isOwned()) return
    await heartbeat()
    const expected = positions.get(partition)?.position ?? 0
    const records = batch.messages
      .map(message => recordOf(partition, message))
      .filter(record => record.offset >= expected)
    const highWatermark = Number(batch.highWatermark)
    const beating = setInterval(() => void heartbeat().catch(() => {}), heartbeatIntervalMs)
    try {
      const handled = handleUntilDone({ partition, records, highWatermark, isOwned }, expected)
      handling.add(handled)
      const next = await handled.finally(() => handling.delete(handled))
      if (batchEpoch !== epoch) return
      positions.set(partition, { position: next, highWatermark })
      const last = batch.messages.at(-1)
      if (last !== undefined && next > Number(last.offset)) resolveOffset(last.offset)
      else consumer.seek({ topic, partition, offset: String(next) })
    } finally {
      clearInterval(beating)
    }
    await hint(partition, () => commitOffsetsIfNecessary(uncommittedOffsets()))
  }

  async function handleUntilDone(batch: ConsumedBatch, from: number): Promise<number> {
    for (let attempt = 0; batch.isOwned(); attempt++) {
      try {
        return (await options.handle(batch)).nextOffset
      } catch (error) {
        logger.error(
          { partition: batch.partition, attempt, code: errorCode(error), message: messageOf(error) },
          'records not handled, trying again',
        )
        await pauseFor(attempt)
      }
    }
    return from
  }

  /** The committed offset only tells other tools how far the group is; a failed commit is no fault. */
  async function hint(partition: number, commit: () => Promise<void>): Promise<void> {
    const now = performance.now()
    if (now - (hints.get(partition) ?? 0) < hintIntervalMs) return
    hints.set(partition, now)
    await commit().catch(error => logger.debug({ partition, code: errorCode(error) }, 'group offset not committed'))
  }

  async function run(): Promise<void> {
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.partitionsConcurrently ?? 4,
      eachBatch,
    })
  }

  async function startAnew(): Promise<void> {
    release()
    await consumer.disconnect()
    if (stopping) return
    consumer = newConsumer()
    await run()
  }

  function rejoin(): Promise<void> {
    rejoining ??= startAnew()
      .catch(error => options.onCrash(error))
      .finally(() => {
        rejoining = null
      })
    return rejoining
  }

  async function caughtUp(ends?: ReadonlyMap<number, number>): Promise<void> {
    const until = ends ?? new Map([...(await logEnds(client, topic))].map(([partition, { high }]) => [partition, high]))
    while (![...until].every(([partition, end]) => (positions.get(partition)?.position ?? -1) >= end))
      await new Promise(resolve => setTimeout(resolve, 20))
  }

  /** No further record is handled; `beforeLeaving` runs while the partitions are still ours. */
  async function stop(beforeLeaving: () => Promise<unknown> = async () => {}): Promise<void> {
    stopping = true
    while (handling.size > 0) await Promise.race(handling)
    await beforeLeaving()
    await consumer.disconnect()
    release()
  }

  await run()
  return {
    assigned: () => [...owned].sort((a, b) => a - b),
    heartbeatAgeMs: () => performance.now() - lastHeartbeat,
    rejoin,
    positions: () => new Map(positions),
    caughtUp,
    stop,
  }
}

function recordOf(
  partition: number,
  message: { offset: string; timestamp: string; key: Buffer | null; value: Buffer | null },
): LogRecord {
  return {
    partition,
    offset: Number(message.offset),
    time: Number(message.timestamp),
    key: message.key?.toString() ?? '',
    value: message.value?.toString() ?? null,
  }
}

const pauseFor = (attempt: number) =>
  new Promise(resolve => setTimeout(resolve, Math.min(100 * 2 ** attempt, retryMaxMs)))
const messageOf = (error: unknown) => (error instanceof Error ? error.message : '')
