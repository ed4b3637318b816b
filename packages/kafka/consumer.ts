// A consumer whose positions are the caller's own: each time the group is joined its partitions are paused, taken over, sought and resumed.
// Group offsets are only a hint. A handler is never told of records of a partition that it does not own any more (`isOwned`).
import { setTimeout as delay } from 'node:timers/promises'
import { AppError, type Doing, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import type { Consumer as KafkaConsumer } from 'kafkajs'
import { backoff } from './backoff.ts'
import { batchHandler, type ConsumedBatch } from './batch-handler.ts'
import type { LogPositionReached } from './check-log.ts'
import { type KafkaClient, newKafka } from './client.ts'
import { doingOf } from './consumer-doing.ts'
import { crashLasts } from './crash-lasts.ts'
import { groupLog } from './group-log.ts'
import { type LogEnds, logEnds } from './log-ends.ts'
import { type Position, partitionOwnership, type TakenOver } from './ownership.ts'
import { type SessionClock, sessionClock } from './session-clock.ts'

export type { ConsumedBatch } from './batch-handler.ts'

export interface ConsumerOptions {
  client: KafkaClient
  groupId: string
  topic: string
  /** How many the topic has; a member to whom more are assigned ends (`other_log`). Any number unless given. */
  partitions?: number
  sessionTimeoutMs?: number
  heartbeatIntervalMs?: number
  maxBytesPerPartition?: number
  partitionsConcurrently?: number
  /**
   * A handler that takes longer than this while the engines answer is stuck: `onCrash` is told, and the partitions are lost. 15 min by
   * default.
   */
  handleMaxMs?: number
  /** Whether what handlers wait for answers: time in which it does not is not counted. True by default. */
  enginesAnswer?(): boolean
  logger: Logger
  /**
   * Makes the caller the owner of a partition; the answer is where it stands. Runs each time the group is joined, never twice at once for
   * a partition. A log in which the last handled record is another one is told to `onCrash` (`log_replaced`). What it throws is tried again, but for an AppError that is not retryable: then `onCrash` is told.
   */
  takeOver(partition: number): Promise<TakenOver>
  /** Handles records in order; `nextOffset` is where to go on. Should wait for faults by itself; what it throws is tried again. */
  handle(batch: ConsumedBatch): Promise<{ nextOffset: number }>
  /** These partitions were lost, perhaps before they were taken over: nothing may be written for them from now on. */
  released(partitions: number[]): void
  /** The consumer cannot go on. Told once, though every partition has the same cause. */
  onCrash(error: Error): void
}

export interface Consumer {
  /** Partitions that were taken over. */
  assigned(): number[]
  /** Milliseconds since the group is known to have counted this member in. */
  heartbeatAgeMs(): number
  /** Leaves the group and joins it again, so that every member takes over anew. */
  rejoin(): Promise<void>
  positions(): Map<number, Position>
  /**
   * What has something to do now, as a watchdog looks at it. `ends`: where the log ends; `takeOverProgress` changes whenever the take-over
   * of a partition moves.
   */
  doing(ends: ReadonlyMap<number, LogEnds>, takeOverProgress?: (partition: number) => number): Doing[]
  /** The positions in the form in which a log is checked. */
  reached(): LogPositionReached[]
  /** Resolves when every partition assigned to this member is handled up to the log's present end (or up to `ends`). */
  caughtUp(ends?: ReadonlyMap<number, number>): Promise<void>
  /** `beforeLeaving` runs when nothing is handled any more and the partitions are still ours. */
  stop(beforeLeaving?: () => Promise<unknown>): Promise<void>
}

const retry = { initialRetryTime: 100, maxRetryTime: 3000, retries: 1000 }
const fetchBytesMax = 32 * 1024 * 1024
const fetchWaitMs = 200
const caughtUpPollMs = 20
const disconnectMaxMs = 10_000
/** A crash that comes later than this after the former one is a first one. */
const crashForgottenMs = 60_000

export async function startConsumer(options: ConsumerOptions): Promise<Consumer> {
  const { client, topic, sessionTimeoutMs = 10_000, partitionsConcurrently = 4 } = options
  const heartbeatIntervalMs = options.heartbeatIntervalMs ?? Math.floor(sessionTimeoutMs / 5)
  const kafka = newKafka(client.options, { requestTimeout: Math.max(5000, sessionTimeoutMs / 2) })
  let crashed = false
  let crashes = { count: 0, at: Number.NEGATIVE_INFINITY }
  const ownership = partitionOwnership({ ...options, released, onCrash })
  let stopping = false
  let rejoining: Promise<void> | null = null
  let clock: SessionClock
  let consumer = newConsumer()
  const group = groupLog({ logger: options.logger, sessionTimeoutMs, ageMs: () => clock.ageMs() })
  const batches = batchHandler({
    ...options,
    onCrash,
    ownership,
    sessionTimeoutMs,
    heartbeatIntervalMs,
    clock: { ageMs: () => clock.ageMs() },
    handleMaxMs: options.handleMaxMs ?? 15 * 60_000,
    enginesAnswer: options.enginesAnswer ?? (() => true),
    partitionsConcurrently,
    seek: (partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
  })

  function released(partitions: number[]): void {
    group.released(partitions)
    options.released(partitions)
  }

  function onCrash(error: Error): void {
    if (crashed) return
    crashed = true
    options.onCrash(error)
  }

  function newConsumer(): KafkaConsumer {
    const made = kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs * 2,
      heartbeatInterval: heartbeatIntervalMs,
      maxBytesPerPartition: options.maxBytesPerPartition ?? 4 * 1024 * 1024,
      maxBytes: fetchBytesMax,
      maxWaitTimeInMs: fetchWaitMs,
      allowAutoTopicCreation: false,
      retry: { ...retry, restartOnFailure: async () => !stopping },
    })
    clock = sessionClock(made)
    made.on(made.events.GROUP_JOIN, ({ payload }) => joined(made, payload.memberAssignment[topic] ?? []))
    made.on(made.events.REBALANCING, ownership.release)
    made.on(made.events.CRASH, ({ payload }) => {
      if (made === consumer) ownership.release()
      if (!payload.restart) void ended(made, payload.error)
    })
    return made
  }

  /** Runs before anything of the new assignment can be fetched, and must therefore do nothing asynchronous before `pause`. */
  function joined(joinedBy: KafkaConsumer, partitions: number[]): void {
    if (partitions.length > 0) joinedBy.pause([{ topic, partitions }])
    const surplus = partitions.find(partition => partition >= (options.partitions ?? Number.POSITIVE_INFINITY))
    if (surplus !== undefined && !stopping) return onCrash(grown(topic, surplus))
    group.assigned(partitions)
    ownership.assign(stopping ? [] : partitions, (partition, offset) => {
      joinedBy.seek({ topic, partition, offset: String(offset) })
      joinedBy.resume([{ topic, partitions: [partition] }])
    })
  }

  async function run(): Promise<void> {
    group.joining()
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitionsConcurrently,
      eachBatch: batches.eachBatch,
    })
  }

  /** kafkajs gives up on faults that it does not know, as when all brokers go away at once: another consumer takes its place. */
  async function ended(former: KafkaConsumer, error: Error): Promise<void> {
    if (crashLasts(error)) return onCrash(error)
    sparing(options.logger).warn({ code: errorCode(error), err: error }, 'the consumer ended: starting another')
    await rejoining
    const now = performance.now()
    crashes = { count: now - crashes.at > crashForgottenMs ? 0 : crashes.count + 1, at: now }
    await backoff(crashes.count)
    if (former === consumer && !stopping) await rejoin()
  }

  async function startAnew(): Promise<void> {
    for (let attempt = 0; !stopping; attempt++) {
      ownership.release()
      await Promise.race([consumer.disconnect().catch(() => {}), delay(disconnectMaxMs, undefined, { ref: false })])
      if (stopping) return
      consumer = newConsumer()
      try {
        return await run()
      } catch (error) {
        if (crashLasts(error)) throw error
        sparing(options.logger).warn({ code: errorCode(error) }, 'the group is not joined yet, trying again')
        await backoff(attempt)
      }
    }
  }

  function rejoin(): Promise<void> {
    rejoining ??= startAnew()
      .catch(onCrash)
      .finally(() => {
        rejoining = null
      })
    return rejoining
  }

  async function caughtUp(ends?: ReadonlyMap<number, number>): Promise<void> {
    const until = ends ?? new Map([...(await logEnds(client, topic))].map(([partition, { high }]) => [partition, high]))
    const isHandled = (partition: number) => (ownership.position(partition) ?? -1) >= (until.get(partition) ?? 0)
    while (!ownership.isJoined() || !ownership.assigned().every(isHandled))
      await new Promise(resolve => setTimeout(resolve, caughtUpPollMs))
  }

  async function stop(beforeLeaving: () => Promise<unknown> = async () => {}): Promise<void> {
    stopping = true
    await batches.stop()
    await rejoining
    // else what is not handled any more would be fetched over and over until the group is left
    if (ownership.assigned().length > 0) consumer.pause([{ topic, partitions: ownership.assigned() }])
    await beforeLeaving()
    await consumer.disconnect()
    group.stop()
    ownership.release()
  }

  await run()
  return {
    assigned: ownership.owned,
    heartbeatAgeMs: () => clock.ageMs(),
    rejoin,
    positions: ownership.positions,
    doing(ends, takeOverProgress = () => 0) {
      const isSilent = clock.ageMs() > sessionTimeoutMs
      const membership = !ownership.isJoined() ? 'joining' : isSilent ? 'silent' : 'joined'
      return doingOf({ ownership, batches, membership, ends, takeOverProgress })
    },
    reached: () =>
      [...ownership.positions()].map(([partition, { position }]) => ({ partition, offset: position, done: 'handled' })),
    caughtUp,
    stop,
  }
}

const grown = (topic: string, partition: number) =>
  new AppError(
    'other_log',
    `the topic ${topic} has a partition ${partition} that it did not have when the service started, so tenants would move to other partitions. Restore the topics with their former partitions and offsets, or begin again with new topics (another TOPIC_PREFIX) and an empty MongoDB database`,
    { retryable: false },
  )
