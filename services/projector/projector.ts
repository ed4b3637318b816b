// The projector: each assigned partition is taken over, drained, and folded on from its checkpoint.
import {
  type Consumer,
  checkLog,
  comparable,
  type KafkaClient,
  type Lanes,
  type LogEnds,
  type LogIdentity,
  logEnds,
  startConsumer,
  type TakenOver,
  type TopicNames,
} from '@hibob-sync/kafka'
import type {
  Outbox,
  ParkedEvents,
  ProjectionStore,
  ProjectorCheckpoint,
  ProjectorCheckpoints,
  ReplaySwitch,
  Snapshots,
  UndeliveredChanges,
} from '@hibob-sync/mongo'
import { AppError, type Doing, errorCode, type Logger } from '@hibob-sync/runtime'
import type { HeldMore } from './alerts/held-more.ts'
import type { ProjectorConfig } from './config.ts'
import { documentCache } from './document-cache.ts'
import type { ProjectorMetrics } from './metrics.ts'
import { type PartitionProjection, projectPartition } from './project-partition.ts'
import { type Publisher, publisher } from './publisher.ts'
import { drainOutbox } from './take-over.ts'

export interface ProjectorParts {
  config: ProjectorConfig
  client: KafkaClient
  identity: LogIdentity
  topics: TopicNames
  groupId: string
  lanes: Lanes
  store: ProjectionStore
  checkpoints: ProjectorCheckpoints
  outbox: Outbox
  replaySwitch: ReplaySwitch
  parked: ParkedEvents
  snapshots: Snapshots
  undelivered: UndeliveredChanges
  codeVersion: string
  metrics: ProjectorMetrics
  logger: Logger
  /** Whether Kafka and MongoDB answer: waiting for one of them is no stuck handler. */
  enginesAnswer(): boolean
  /** The brake keeps more users back. */
  onHeld(held: HeldMore): void
  onCrash(error: Error): void
}

interface OwnedPartition {
  projection: PartitionProjection
  publisher: Publisher
  endSession(): Promise<void>
}

/** How long the projector waits before it sends the newest changes of drained keys once more: request timeout + session timeout. */
const sendTimeoutMs = 5000
const endsKnownForMs = 1000
const publishWithinMs = 300_000
const lostCodes = new Set(['ownership_lost', 'partition_released'])
const fetchBytesPerPartition = 1 * 1024 * 1024

export async function startProjecting(parts: ProjectorParts) {
  const { config, checkpoints, outbox, store, metrics, logger } = parts
  const owned = new Map<number, OwnedPartition>()
  const cache = documentCache(config.PROJECTOR_CACHE_DOCUMENTS)
  let consumer: Consumer | null = null

  async function takeOver(partition: number): Promise<TakenOver> {
    release([partition])
    const session = store.openSession()
    const checkpoint = await checkpoints.takeOver(partition, parts.identity.clusterId, session)
    const log = await endsOf(checkpoint)
    const { offset } = checkpoint.position
    checkLog({ partition, offset, done: 'folded' }, log)
    const own = publisher({
      ...parts,
      partition,
      owner: checkpoint.owner,
      published: checkpoint.published,
      topics: { users: parts.topics.userChanges, teams: parts.topics.teamChanges },
      onPublished: metrics.published,
      onUndelivered: count => metrics.undelivered.set({ partition }, count),
      resendAfterMs: sendTimeoutMs + config.PROJECTOR_SESSION_TIMEOUT_MS,
    })
    const projection = projectPartition({
      ...parts,
      partition,
      checkpoint,
      store,
      session,
      newCache: cache.begin,
      publisher: own,
      slicePageSize: config.PROJECTOR_SLICE_SIZE,
      onFolded: metrics.folded,
      onLost: error => lost(partition, entry, error),
    })
    const entry: OwnedPartition = { projection, publisher: own, endSession: () => session.endSession() }
    owned.set(partition, entry)
    await own.load()
    const drained = await drainOutbox(outbox, own, partition, checkpoint.published)
    await own.resendLater(drained)
    return { offset, last: comparable(checkpoint.last, log) }
  }

  let asked: { at: number; ends: ReturnType<typeof logEnds> } | null = null

  /** All partitions are taken over at once and share one answer; an answer older than the checkpoint is asked for anew. */
  async function endsOf({ partition, position }: ProjectorCheckpoint): Promise<LogEnds> {
    if (asked === null || performance.now() - asked.at > endsKnownForMs) asked = askEnds()
    const shared = (await asked.ends).get(partition)
    if (shared !== undefined && shared.high >= position.offset) return shared
    asked = askEnds()
    return (await asked.ends).get(partition) ?? { low: 0, high: 0 }
  }

  const askEnds = () => ({ at: performance.now(), ends: logEnds(parts.client, parts.topics.events) })

  function release(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const entry = owned.get(partition)
      owned.delete(partition)
      entry?.publisher.abandon()
      void entry?.projection
        .settle()
        .catch(() => {})
        .then(entry.endSession)
    }
  }

  // after a rebalance the entry is gone, or a new owner's, and every member takes over anew by itself
  function lost(partition: number, own: OwnedPartition, error: unknown): void {
    if (owned.get(partition) !== own) return
    logger.warn({ partition, code: errorCode(error) }, 'the partition was lost: leaving the group and joining again')
    release([partition])
    void consumer?.rejoin()
  }

  consumer = await startConsumer({
    client: parts.client,
    groupId: parts.groupId,
    topic: parts.topics.events,
    partitions: parts.identity.partitions,
    sessionTimeoutMs: config.PROJECTOR_SESSION_TIMEOUT_MS,
    maxBytesPerPartition: fetchBytesPerPartition,
    partitionsConcurrently: config.PROJECTOR_PARTITIONS_CONCURRENTLY,
    enginesAnswer: parts.enginesAnswer,
    logger,
    takeOver,
    released: release,
    onCrash: parts.onCrash,
    async handle({ partition, records, isOwned }) {
      const own = owned.get(partition)
      metrics.received(records.length)
      if (own === undefined) return { nextOffset: records[0]?.offset ?? 0 }
      try {
        return { nextOffset: await own.projection.fold(records, isOwned) }
      } catch (error) {
        const nextOffset = records[0]?.offset ?? own.projection.position().offset
        if (!(error instanceof AppError) || !lostCodes.has(error.code)) throw error
        return { nextOffset }
      }
    },
  })

  /** Resolves when everything that is in the log now is folded and published. */
  async function caughtUp(): Promise<void> {
    let settled: PromiseSettledResult<void>[]
    do {
      await consumer?.caughtUp()
      settled = await Promise.allSettled([...owned.values()].map(({ projection }) => projection.settle()))
    } while (settled.some(({ status }) => status === 'rejected'))
    await Promise.all([...owned.values()].map(({ publisher }) => publisher.backlogBelow(0)))
  }

  /** What has something to do now, as a watchdog looks at it. */
  function doing(ends: ReadonlyMap<number, LogEnds>): Doing[] {
    const publishing = [...owned].flatMap(([partition, { publisher }]) => {
      const { changes, sent } = publisher.backlog()
      if (changes === 0) return []
      const what = `partition ${partition}: ${changes} changes wait, and none is published`
      return [{ key: `publisher/${partition}`, what, progress: sent, limitMs: publishWithinMs }]
    })
    const sentOf = (partition: number) => owned.get(partition)?.publisher.backlog().sent ?? 0
    return [...(consumer?.doing(ends, sentOf) ?? []), ...publishing]
  }

  async function stop(): Promise<void> {
    const entries = [...owned.values()]
    // the group is left only after the outbox is level, so that the next owner has nothing to send again
    await consumer?.stop(() => Promise.all(entries.map(finish)))
  }

  async function finish({ projection, publisher }: OwnedPartition): Promise<void> {
    await projection.settle().catch(() => {})
    await publisher.finish()
  }

  return { stop, caughtUp, doing, consumer: consumer as Consumer }
}
