// Folds one partition from its checkpoint on: load → projectBatch (pure) → one transaction → outbox. While a transaction is under way
// the next batch is folded already; nothing is read from MongoDB and no next transaction begins until it has ended.
import {
  type Batch,
  batchLimits,
  type CollectionName,
  collections,
  type Decoded,
  decodeEvent,
  type HibobEvent,
  type LogRecord,
  type Position,
  planSlice,
  projectBatch,
  projectSlice,
  type TenantScope,
} from '@hibob-sync/domain'
import type {
  DocumentWrite,
  Outbox,
  ProjectionStore,
  ProjectorCheckpoint,
  ProjectorCheckpoints,
} from '@hibob-sync/mongo'
import type { Logger } from '@hibob-sync/runtime'
import { commitUntilDone } from './commit-batch.ts'
import type { CachedDocuments } from './document-cache.ts'
import { loadFor, loadLacks } from './load-documents.ts'
import type { Publisher } from './publisher.ts'

export interface ProjectionOptions {
  partition: number
  checkpoint: ProjectorCheckpoint
  store: ProjectionStore
  checkpoints: ProjectorCheckpoints
  outbox: Outbox
  cache: CachedDocuments
  publisher: Publisher
  logger: Logger
  slicePageSize: number
  onFolded(batch: Batch, events: number): void
}

export type PartitionProjection = ReturnType<typeof projectPartition>

/** An event mostly writes a user and a change: so many fill a batch. */
const eventsPerBatchMax = Math.floor(batchLimits.touchesMax / 2) - 8
const refoldsMax = 50
const backlogMax = 4
const retiredHistoryDays = 7

export function projectPartition(options: ProjectionOptions) {
  const { partition, store, cache, publisher, outbox } = options
  let position = options.checkpoint.position
  let committing: Promise<void> | null = null
  const generations = new Map<string, number>()
  const scopeOf = (tenantId: string): TenantScope => ({ tenantId, generation: generations.get(tenantId) ?? 1 })

  /** Folds records in log order; those before the position are passed over. Throws when ownership is lost or `isOwned` turns false. */
  async function fold(records: readonly LogRecord[], isOwned: () => boolean): Promise<number> {
    const decoded = records.filter(record => record.offset >= position.offset).map(decodeEvent)
    await meetTenants(decoded)
    try {
      let at = 0
      while (at < decoded.length && isOwned()) {
        at = await foldNext(decoded, at, isOwned)
        await publisher.backlogBelow(backlogMax)
      }
    } finally {
      await settle()
    }
    return position.offset
  }

  async function foldNext(decoded: readonly Decoded[], at: number, isOwned: () => boolean): Promise<number> {
    const next = decoded[at] as Decoded
    if (position.step > 0) return sliced(next, at, isOwned)
    const stretch = decoded.slice(at, at + eventsPerBatchMax)
    const batch = await foldBatch(stretch)
    const folded = stretch.findIndex(({ record }) => record.offset >= batch.next.offset)
    const events = folded === -1 ? stretch.length : folded
    if (events > 0) await commit(batch, events, isOwned)
    return batch.slicesNext && events === 0 ? sliced(next, at, isOwned) : at + events
  }

  async function foldBatch(stretch: readonly Decoded[]): Promise<Batch> {
    await loadFor(eventsOf(stretch), scopeOf, store, cache, settle)
    return untilNothingLacks(loaded => projectBatch(loaded, stretch, scopeOf))
  }

  async function sliced({ event, record }: Decoded, at: number, isOwned: () => boolean): Promise<number> {
    if (event === null) throw new Error(`event ${partition}/${record.offset} changed while it was folded in slices`)
    const scope = scopeOf(record.key)
    do {
      await settle()
      const plan = planSlice(event, position)
      const page = plan.phase === 'head' ? [] : await loadPage(scope, plan)
      const from = position
      const last = page.length < options.slicePageSize
      const batch = await untilNothingLacks(loaded => projectSlice(loaded, record, plan, from, scope, page, last))
      if (event.type === 'tenant.removed' && !batch.slicesNext) await retireHistory(event, record)
      await commit(batch, batch.slicesNext ? 0 : 1, isOwned)
      await publisher.backlogBelow(backlogMax)
    } while (position.offset === record.offset && isOwned())
    return at + 1
  }

  async function loadPage(scope: TenantScope, plan: ReturnType<typeof planSlice>): Promise<string[]> {
    if (plan.phase === 'head') return []
    const collection: CollectionName = plan.phase
    const documents = await store.page(scope, plan.phase, plan.users, plan.after, options.slicePageSize)
    for (const document of documents) cache.put(collection, document._id, document as never)
    return documents.map(document => document._id)
  }

  async function untilNothingLacks(foldOnce: (loaded: Parameters<typeof projectBatch>[0]) => Batch): Promise<Batch> {
    const reports = new Map<string, ReadonlySet<string>>()
    for (let refold = 0; refold < refoldsMax; refold++) {
      const batch = foldOnce({
        users: cache.users,
        teams: cache.teams,
        managers: cache.managers,
        states: cache.states,
        reports,
      })
      if (batch.lacks.length === 0) return batch
      await loadLacks(batch.lacks, reports, store, cache, settle)
    }
    throw new Error(
      `the fold of partition ${partition} at ${position.offset} lacks documents that it has just loaded: raise PROJECTOR_CACHE_DOCUMENTS`,
    )
  }

  async function commit(batch: Batch, events: number, isOwned: () => boolean): Promise<void> {
    await settle()
    const from = position
    position = batch.next
    const writes = writesOf(batch)
    for (const { collection, _id, next } of writes) cache.put(collection, _id, next)
    committing = commitUntilDone({ ...options, isOwned }, from, batch, writes).then(() => {
      publisher.enqueue(batch.changes, publishedBy(from, batch.next))
      options.onFolded(batch, events)
    })
    committing.catch(() => {})
  }

  function writesOf(batch: Batch): DocumentWrite[] {
    return collections.flatMap(collection =>
      [...batch.writes[collection]].map(([_id, next]) => ({
        collection,
        _id,
        former: cache[collection].get(_id),
        next,
      })),
    )
  }

  async function settle(): Promise<void> {
    if (committing === null) return
    await committing
    committing = null
  }

  async function meetTenants(decoded: readonly Decoded[]): Promise<void> {
    const unmet = [...new Set(decoded.map(({ record }) => record.key))].filter(id => !generations.has(id))
    if (unmet.length === 0) return
    for (const [id, generation] of await store.generations(unmet)) generations.set(id, generation)
  }

  async function retireHistory(event: HibobEvent, record: LogRecord): Promise<void> {
    await settle()
    await outbox.retire(event.tenantid, record.offset, new Date(record.time + retiredHistoryDays * 86_400_000))
  }

  return { fold, position: () => position }
}

/** The last step that a commit completes: of the event in slices, or of the last event of a batch. */
function publishedBy(from: Position, next: Position): { offset: number; step: number } {
  if (next.step > 0) return { offset: next.offset, step: next.step - 1 }
  return { offset: next.offset - 1, step: from.step }
}

const eventsOf = (decoded: readonly Decoded[]): HibobEvent[] =>
  decoded.flatMap(({ event }) => (event === null ? [] : [event]))
