// Where the projector keeps the read models: documents by id, the pages of a slice, and the one transaction of a batch.
// The transaction moves the checkpoint by compare-and-set on owner and position: a second writer can only fail.
import { randomUUID } from 'node:crypto'
import {
  type Batch,
  type CollectionName,
  collectionOf as collectionOfPhase,
  type Documents,
  type LastRecord,
  listFields,
  type Phase,
  type Position,
  type TenantScope,
  type UserSelector,
} from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { ClientSession, Filter } from 'mongodb'
import type { Mongo } from './connection.ts'
import { changeCollectionName } from './outbox.ts'
import { parkedEvents } from './parked-events.ts'
import { longAgo, pendingReads } from './pending-reads.ts'
import { type DocumentWrite, type PreparedWrites, prepareWrites } from './prepared-writes.ts'
import { type Published, projectorCheckpointCollection, projectorCheckpointId } from './projector-checkpoint.ts'
import { type AnyDocument, collectionNames, loadedAs } from './stored-documents.ts'
import { storedKey } from './stored-user.ts'
import { runTransaction } from './transaction.ts'

export interface Commit {
  partition: number
  owner: string
  from: Position
  batch: Batch
  /** The last record that is folded with it, if it ends one. */
  last?: LastRecord | null | undefined
  writes: PreparedWrites
  published: Published | null
  /** One of the transaction's own unless given. */
  session?: ClientSession | undefined
  /** Joins the transaction. */
  also?: ((session: ClientSession) => Promise<void>) | undefined
}

export type ProjectionStore = ReturnType<typeof projectionStore>

export function projectionStore(mongo: Mongo) {
  const pending = pendingReads(mongo)
  const parking = parkedEvents(mongo)
  const collectionOf = <C extends CollectionName>(name: C) => mongo.db.collection<Documents[C]>(collectionNames[name])

  /** Documents by `_id`; an id without a document is not in the answer. */
  async function load<C extends CollectionName>(name: C, ids: readonly string[]): Promise<Documents[C][]> {
    if (ids.length === 0) return []
    const found = collectionOf(name).find({ _id: { $in: ids } } as Filter<Documents[C]>, { batchSize: ids.length + 1 })
    return loadedAs(name, (await found.toArray()) as Documents[C][])
  }

  /** Ids of the users who report to a manager; the deleted do not count. */
  async function reportsOf(managerDocumentId: string): Promise<string[]> {
    const [tenantId, generation, id] = splitId(managerDocumentId)
    const filter = { tenantId, generation, 'user.override_manager.id': id, 'user.status': { $ne: 'deleted' } }
    const found = await mongo.db
      .collection<{ _id: string }>('users')
      .find(filter, { projection: { _id: 1 } })
      .toArray()
    return found.map(document => document._id)
  }

  /** Ids of a slice's next documents in their order: those of the selector in a phase of users, else all of the phase. */
  async function pageIds(
    scope: TenantScope,
    phase: Exclude<Phase, 'head'>,
    users: UserSelector,
    after: string | null,
    limit: number,
  ): Promise<string[]> {
    const found = pageOf(scope, phase, users, after, limit).project<{ _id: string }>({ _id: 1 })
    return (await found.toArray()).map(({ _id }) => _id)
  }

  /** The documents themselves. */
  async function page(
    scope: TenantScope,
    phase: Exclude<Phase, 'head'>,
    users: UserSelector,
    after: string | null,
    limit: number,
  ): Promise<Documents[CollectionName][]> {
    const found = await pageOf(scope, phase, users, after, limit).toArray()
    return loadedAs(collectionOfPhase(phase), found as AnyDocument[])
  }

  function pageOf(
    scope: TenantScope,
    phase: Exclude<Phase, 'head'>,
    users: UserSelector,
    after: string | null,
    limit: number,
  ) {
    const prefix = `${scope.tenantId}/${scope.generation}/`
    const range = { _id: { $gt: after ?? prefix, $lt: `${prefix}\u{10ffff}` } }
    const filter =
      collectionOfPhase(phase) === 'users'
        ? { ...range, ...selected(users, scope) }
        : phase === 'states'
          ? { ...range, kind: { $ne: 'tenant' } }
          : range
    const collection = mongo.db.collection<Documents[CollectionName]>(collectionNames[collectionOfPhase(phase)])
    return collection.find(filter as Filter<AnyDocument>, { sort: { _id: 1 }, limit, batchSize: limit + 1 })
  }

  /** The generation that readers of a tenant see; 1 for a tenant that the store does not know. */
  async function generations(tenantIds: string[]): Promise<Map<string, number>> {
    const found = await mongo.db
      .collection<{ _id: string; generation: number }>('tenants')
      .find({ _id: { $in: tenantIds } }, { projection: { generation: 1 } })
      .toArray()
    const known = new Map(found.map(tenant => [tenant._id, tenant.generation]))
    return new Map(tenantIds.map(id => [id, known.get(id) ?? 1]))
  }

  /** Throws AppError `ownership_lost` when the checkpoint is not where `from` says under this owner. */
  async function commit({
    partition,
    owner,
    from,
    batch,
    last,
    writes,
    published,
    also,
    session: own,
  }: Commit): Promise<void> {
    const act = async (session: ClientSession) => {
      const moved = await projectorCheckpointCollection(mongo).updateOne(
        { _id: projectorCheckpointId(partition), owner, 'position.offset': from.offset, 'position.step': from.step },
        {
          $set: {
            position: batch.next,
            ...(last == null ? {} : { last }),
            ...(published === null ? {} : { published }),
          },
        },
        { session },
      )
      if (moved.matchedCount !== 1) throw ownershipLost(partition)
      await writes.send(session)
      if (batch.due.length > 0) await pending.dueNow(partition, batch.due, 'fold', longAgo, session)
      if (batch.parked.length > 0) await parking.park(batch.parked, session)
      await also?.(session)
    }
    await runTransaction(mongo, act, { session: own })
  }

  const prepare = (partition: number, from: Position, batch: Batch, writes: readonly DocumentWrite[]) =>
    prepareWrites(mongo, partition, from, batch, writes)

  /** Whether MongoDB takes other writes of the same kind now: tried in a transaction that is taken back. */
  async function takesOthers(): Promise<boolean> {
    const session = mongo.client.startSession()
    try {
      session.startTransaction()
      for (const name of [...Object.values(collectionNames), changeCollectionName]) {
        const collection = mongo.db.collection<{ _id: string; tried?: boolean }>(name)
        const _id = `tried/${randomUUID()}`
        await collection.insertOne({ _id }, { session })
        await collection.updateOne({ _id }, { $set: { tried: true } }, { session })
      }
      return true
    } catch {
      return false
    } finally {
      await session.abortTransaction().catch(() => {})
      await session.endSession()
    }
  }

  const openSession = () => mongo.client.startSession()

  return { load, reportsOf, page, pageIds, generations, openSession, prepare, commit, takesOthers }
}

function selected(users: UserSelector, { tenantId, generation }: TenantScope): object {
  if ('everyone' in users) return {}
  // the indexes begin with these two
  const own = { tenantId, generation }
  if ('reportsOfAny' in users) return { ...own, 'user.override_manager.id': { $in: users.reportsOfAny } }
  if ('due' in users)
    return { ...own, 'standing.zone': users.due.zone, 'standing.nextDate': { $type: 'string', $lte: users.due.date } }
  if ('held' in users)
    return { ...own, 'standing.held.id': users.held, ...(users.ids === null ? {} : { 'user.id': { $in: users.ids } }) }
  if ('ids' in users) return { 'user.id': { $in: users.ids } }
  const alternatives: object[] = []
  if (users.reportsOf !== null) alternatives.push({ 'user.override_manager.id': users.reportsOf })
  if (users.items !== null) alternatives.push(...holdersOf(users.items))
  return alternatives.length === 0 ? { _id: `${tenantId}/${generation}/` } : { ...own, $or: alternatives }
}

/** All who may hold an item; the fold looks closer, and finds no difference in the others. */
function holdersOf({ field, ids }: { field: string; ids: string[] }): object[] {
  const value = `$observed.fields.${storedKey(field)}`
  // an item's id may be a number in an observation and is text in a list
  const text = { $convert: { input: value, to: 'string', onError: null, onNull: null } }
  const isNested = { $in: [{ $type: value }, ['array', 'object']] }
  // the same id may be written in another Unicode form
  const isNotAscii = { $regexMatch: { input: text, regex: '[^\\x00-\\x7f]' } }
  const holders = { $expr: { $or: [{ $in: [text, ids] }, isNested, isNotAscii] } }
  return field === listFields.department ? [holders, { 'user.primary_team.id': { $in: ids } }] : [holders]
}

function splitId(id: string): [string, number, string] {
  const first = id.indexOf('/')
  const second = id.indexOf('/', first + 1)
  return [id.slice(0, first), Number(id.slice(first + 1, second)), id.slice(second + 1)]
}

function ownershipLost(partition: number): AppError {
  return new AppError('ownership_lost', `another projector owns partition ${partition} now`, { retryable: false })
}
