// Folds one partition from its checkpoint on: load → fold (pure) → one transaction → outbox. While a transaction is under way the next
// batches are fetched, folded and made ready; nothing is read from MongoDB and no next transaction begins until it has ended.
import {
  type Batch,
  batchLimits,
  beginBatch,
  beginSlice,
  collectionOf,
  collections,
  type Decoded,
  DomainError,
  decodeEvent,
  type HibobEvent,
  type Loaded,
  type LogRecord,
  type Phase,
  type Position,
  planSlice,
  type Slice,
  type SlicePlan,
  type TenantScope,
  type TenantState,
  tenantOf,
  tenantStateId,
  transactionLimits,
} from '@hibob-sync/domain'
import { lastRecordOf } from '@hibob-sync/kafka'
import {
  type Commit,
  type DocumentWrite,
  foldInTurns,
  foldLoaded,
  loadFor,
  loadMissing,
  type Outbox,
  type ParkedEvents,
  type ProjectionStore,
  type ProjectorCheckpoint,
  type ProjectorCheckpoints,
  type ReplaySwitch,
  type Snapshots,
} from '@hibob-sync/mongo'
import { inTurns, type Logger } from '@hibob-sync/runtime'
import { type HeldMore, heldMore } from './alerts/held-more.ts'
import { commitQueue, type NextCommit } from './commit-queue.ts'
import type { CachedDocuments } from './document-cache.ts'
import { foldAgain } from './fold-again.ts'
import { offerOf, untilSettled } from './hand-over.ts'
import { narrowing, type Refused } from './narrowing.ts'
import type { Publisher } from './publisher.ts'

export interface ProjectionOptions {
  partition: number
  checkpoint: ProjectorCheckpoint
  store: ProjectionStore
  /** Of this partition's transactions, one after the other. */
  session: Commit['session']
  checkpoints: ProjectorCheckpoints
  outbox: Outbox
  replaySwitch: ReplaySwitch
  parked: ParkedEvents
  snapshots: Snapshots
  codeVersion: string
  /** Gives an empty cache. */
  newCache(): CachedDocuments
  publisher: Publisher
  logger: Logger
  slicePageSize: number
  onFolded(batch: Batch, events: number): void
  /** The brake keeps more users back. */
  onHeld(held: HeldMore): void
  /** Ownership was lost while a batch was committed. */
  onLost(error: unknown): void
}

export type PartitionProjection = ReturnType<typeof projectPartition>

/** An event mostly writes a user and a change: so many fill a batch. */
const eventsPerBatchMax = Math.floor(batchLimits.touchesMax / 2) - 8
/** Nothing of them is written. */
const reckonedAtOnce = 2000
const backlogMax = 4
const retiredHistoryDays = 7

export function projectPartition(options: ProjectionOptions) {
  const { partition, store, publisher, outbox, replaySwitch } = options
  let cache = options.newCache()
  let position = options.checkpoint.position
  const narrow = narrowing()
  const queue = commitQueue({ ...options, onCommitted, onRefused: isOwned => folds.refused(isOwned) })
  const folds = foldAgain({ ...options, queue, position: () => position, goBack, foldAhead })
  const scopes = new Map<string, TenantScope>()
  const scopeOf = (tenantId: string): TenantScope => scopes.get(tenantId) ?? { tenantId, generation: 1 }

  async function foldAhead(ahead: readonly LogRecord[], isOwned: () => boolean): Promise<void> {
    await meetTenants(ahead)
    for (let at = 0; at < ahead.length && isOwned(); ) {
      const stretch = ahead.slice(at, at + narrow.nextEvents(eventsPerBatchMax))
      at += await foldNext(await decodeAll(stretch), isOwned)
      await publisher.backlogBelow(backlogMax)
    }
  }

  function goBack(refusal: Refused): void {
    const { from, size, sliced, fault } = refusal
    position = from
    // what was folded on top of what was refused is stored nowhere
    cache = options.newCache()
    narrow.refused(refusal)
    const count = sliced ? { documents: size } : { events: size }
    options.logger.warn(
      { partition, offset: from.offset, ...count, fault },
      'MongoDB refuses a batch: trying less at once',
    )
  }

  /** Returns how many of the stretch are done. */
  async function foldNext(stretch: readonly Decoded[], isOwned: () => boolean): Promise<number> {
    const next = stretch[0] as Decoded
    if (position.step > 0 || narrow.isSliced(position)) return sliced(next, isOwned)
    const offered = stretch.findIndex(({ event }) => event?.type === 'tenant.replay.ready')
    if (offered === 0) return handOver(next, isOwned)
    const batch = await foldBatch(offered === -1 ? stretch : stretch.slice(0, offered))
    const folded = stretch.findIndex(({ record }) => record.offset >= batch.next.offset)
    const events = folded === -1 ? stretch.length : folded
    if (events > 0) await commit({ batch, events, size: events, sliced: false, last: stretch[events - 1] }, isOwned)
    return batch.slicesNext && events === 0 ? sliced(next, isOwned) : events
  }

  /** The offer of a replay is folded alone: by its commit the tenant is switched, or the offer passed over (protocol P7). */
  async function handOver(decoded: Decoded, isOwned: () => boolean): Promise<number> {
    await settle()
    const { record } = decoded
    const offer = offerOf(decoded, scopeOf(record.key), options.codeVersion)
    await untilSettled(replaySwitch, offer, isOwned)
    const batch = await foldBatch([decoded])
    const also: Commit['also'] = session => replaySwitch.settle(offer, session)
    await commit({ batch, events: 1, size: 1, sliced: false, last: decoded, also }, isOwned)
    await settle()
    // what a generation held before it was replaced may have been built on since
    scopes.delete(record.key)
    cache = options.newCache()
    await meetTenants([record])
    const { generation } = scopeOf(record.key)
    const what =
      generation === offer.generation ? 'an offered generation was passed over' : 'switched to a new generation'
    options.logger.info({ partition, offset: record.offset, tenantId: record.key, generation }, what)
    return 1
  }

  async function foldBatch(stretch: readonly Decoded[]): Promise<Batch> {
    await loadFor(eventsOf(stretch), scopeOf, store, cache, settle)
    return untilNothingLacks(async loaded => {
      const { batch, add } = beginBatch(loaded, scopeOf, transactionLimits)
      await inTurns(stretch, add)
      return batch
    })
  }

  async function sliced(decoded: Decoded, isOwned: () => boolean): Promise<number> {
    const { event, record } = decoded
    if (event === null) throw new Error(`event ${partition}/${record.offset} changed while it was folded in slices`)
    const scope = scopeOf(record.key)
    let before: Phase | null = null
    do {
      const plan = planSlice(event, position, await stateOf(scope))
      // a slice writes no user but those of its own page: the next page can be read while its transaction is under way
      const { phase } = plan
      if (phase !== before || phase === 'head' || collectionOf(phase) !== 'users') await settle()
      before = phase
      const most = phase === 'reckon' ? reckonedAtOnce : options.slicePageSize
      const pageSize = phase === 'head' ? most : narrow.nextDocuments(most)
      const page = phase === 'head' ? [] : await loadPage(scope, { ...plan, phase }, pageSize)
      const from = position
      const last = page.length < pageSize
      const refusal = narrow.refusedAlone(from)
      const batch = await untilNothingLacks(loaded => {
        const slice = beginSlice(loaded, record, plan, from, scope, page, last, transactionLimits.bytesMax)
        return refusal === null ? foldInTurns(slice) : parkRefused(slice, refusal)
      })
      if (event.type === 'tenant.removed' && !batch.slicesNext) await retire(event, record)
      const done = batch.slicesNext ? [] : [decoded]
      await commit({ batch, events: done.length, size: page.length, sliced: true, last: done[0] }, isOwned)
      await publisher.backlogBelow(backlogMax)
    } while (position.offset === record.offset && isOwned())
    return 1
  }

  async function stateOf(scope: TenantScope): Promise<TenantState | null> {
    const id = tenantStateId(scope)
    const cached = cache.states.get(id)
    if (cached !== undefined) return cached as TenantState | null
    await settle()
    return ((await store.load('states', [id]))[0] ?? null) as TenantState | null
  }

  async function loadPage(
    scope: TenantScope,
    plan: SlicePlan & { phase: Exclude<Phase, 'head'> },
    limit: number,
  ): Promise<string[]> {
    const collection = collectionOf(plan.phase)
    const ids = await store.pageIds(scope, plan.phase, plan.users, plan.after, limit)
    await loadMissing(collection, new Set(ids), store, cache, async () => {})
    return ids
  }

  async function untilNothingLacks(fold: (loaded: Loaded) => Batch | Promise<Batch>): Promise<Batch> {
    const batch = await foldLoaded({ store, holder: cache, beforeReading: settle }, fold)
    if (batch !== null) return batch
    throw new Error(
      `the fold of partition ${partition} at ${position.offset} lacks documents that it has just loaded: raise PROJECTOR_CACHE_DOCUMENTS`,
    )
  }

  /** `last`: the last event that the batch completes. */
  async function commit(
    { last, ...folded }: Omit<NextCommit, 'from' | 'writes' | 'last'> & { last?: Decoded | undefined },
    isOwned: () => boolean,
  ): Promise<void> {
    const writes = writesOf(folded.batch)
    const next = { ...folded, last: last === undefined ? null : lastRecordOf(last.record), from: position, writes }
    await queue.add(next, isOwned, () => {
      position = folded.batch.next
      for (const { collection, _id, next } of writes) cache.put(collection, _id, next)
    })
  }

  function onCommitted({ from, batch, events, writes }: NextCommit): void {
    folds.committed(batch.next.offset)
    publisher.enqueue(batch.changes, publishedBy(from, batch.next))
    options.onFolded(batch, events)
    if (batch.earlyDays > 0)
      options.logger.warn({ partition, count: batch.earlyDays, code: 'day_too_early' }, 'days came before they began')
    for (const held of heldMore(writes)) options.onHeld(held)
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

  const settle = () => queue.settle()

  async function meetTenants(records: readonly LogRecord[]): Promise<void> {
    const unmet = [...new Set(records.map(tenantOf))].filter(id => !scopes.has(id))
    if (unmet.length === 0) return
    for (const [tenantId, generation] of await store.generations(unmet)) scopes.set(tenantId, { tenantId, generation })
  }

  /** What a tenant leaves beside its read models; all of it may be done again. */
  async function retire({ tenantid }: HibobEvent, { offset, time }: LogRecord): Promise<void> {
    await settle()
    await outbox.retire(tenantid, offset, new Date(time + retiredHistoryDays * 86_400_000))
    await options.snapshots.forgetTenant(tenantid, offset)
    await options.parked.forgetTenant(tenantid, offset)
  }

  return {
    /**
     * Folds records in log order; those before the position are passed over. The last batch may still be under way when it resolves, with
     * the offset where folding goes on. Throws when ownership is lost.
     */
    fold: folds.fold,
    /** Resolves when what was folded is committed; throws when ownership was lost before it could be. */
    settle: folds.settle,
    position: () => position,
  }
}

function parkRefused(slice: Slice, fault: string): Batch {
  const error = new DomainError('store_refused', `MongoDB does not take what this event would store: ${fault}`)
  for (const step of slice.steps) slice.park(step, error)
  return slice.end()
}

/** The last step that a commit completes: of the event in slices, or of the last event of a batch. */
function publishedBy(from: Position, next: Position): { offset: number; step: number } {
  if (next.step > 0) return { offset: next.offset, step: next.step - 1 }
  return { offset: next.offset - 1, step: from.step }
}

async function decodeAll(records: readonly LogRecord[]): Promise<Decoded[]> {
  const decoded: Decoded[] = []
  await inTurns(records, record => decoded.push(decodeEvent(record)))
  return decoded
}

const eventsOf = (decoded: readonly Decoded[]): HibobEvent[] =>
  decoded.flatMap(({ event }) => (event === null ? [] : [event]))
