// Where the projector keeps the read models: documents by id, the pages of a slice, and the one transaction of a batch.
// The transaction moves the checkpoint by compare-and-set on owner and position: a second writer can only fail.
import {
  type Batch,
  type CollectionName,
  collectionOf as collectionOfPhase,
  collections,
  type Documents,
  type Phase,
  type Position,
  type TenantScope,
  type UserDocument,
  type UserSelector,
} from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { AnyBulkWriteOperation, ClientSession, Filter } from 'mongodb'
import type { Mongo } from './connection.ts'
import { changeCollection, changeDocuments } from './outbox.ts'
import { parkedEvents } from './parked-events.ts'
import { pendingReads } from './pending-reads.ts'
import { type Published, projectorCheckpointCollection, projectorCheckpointId } from './projector-checkpoint.ts'
import { fromStoredUser, storedKey, toStoredUser, userUpdate } from './stored-user.ts'
import { runTransaction } from './transaction.ts'

export interface Commit {
  partition: number
  owner: string
  from: Position
  batch: Batch
  writes: DocumentWrite[]
  published: Published | null
  /** Called when MongoDB has been given the documents: what the caller does then costs no time of the transaction. */
  documentsSent?: (() => void) | undefined
  /** Joins the transaction. */
  also?: ((session: ClientSession) => Promise<void>) | undefined
}

/** A document to store, with the one that stands there now: null where there is none, undefined where that is not known. */
export interface DocumentWrite<C extends CollectionName = CollectionName> {
  collection: C
  _id: string
  former: Documents[C] | null | undefined
  next: Documents[C] | null
}

export type ProjectionStore = ReturnType<typeof projectionStore>

export const collectionNames = {
  users: 'users',
  teams: 'teams',
  managers: 'managers',
  states: 'tenant_states',
} as const

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
    writes,
    published,
    documentsSent,
    also,
  }: Commit): Promise<void> {
    await runTransaction(mongo, async session => {
      const moved = await projectorCheckpointCollection(mongo).updateOne(
        { _id: projectorCheckpointId(partition), owner, 'position.offset': from.offset, 'position.step': from.step },
        { $set: published === null ? { position: batch.next } : { position: batch.next, published } },
        { session },
      )
      if (moved.matchedCount !== 1) throw ownershipLost(partition)
      for (const name of collections) {
        const written = writeAll(name, writes, session)
        if (name === 'users') documentsSent?.()
        await written
      }
      if (batch.changes.length > 0) {
        const stepOf = (offset: number) => (from.offset === offset ? from.step : 0)
        const documents = changeDocuments(partition, stepOf, batch.changes)
        await changeCollection(mongo).insertMany(documents, { session, ordered: false })
      }
      if (batch.due.length > 0) await pending.dueNow(partition, batch.due, 'fold', Date.now(), session)
      if (batch.parked.length > 0) await parking.park(batch.parked, session)
      await also?.(session)
    })
  }

  async function writeAll(name: CollectionName, writes: DocumentWrite[], session: ClientSession): Promise<void> {
    const operations = writes.filter(write => write.collection === name).flatMap(operationOf)
    if (operations.length > 0)
      await mongo.db
        .collection<StoredDocument>(collectionNames[name])
        .bulkWrite(operations, { session, ordered: false })
  }

  return { load, reportsOf, page, pageIds, generations, commit }
}

export interface StoredDocument {
  _id: string
  [field: string]: unknown
}

function operationOf({ collection, _id, former, next }: DocumentWrite): AnyBulkWriteOperation<StoredDocument>[] {
  const filter = { _id }
  if (next === null) return former === null ? [] : [{ deleteOne: { filter } }]
  const update = former == null ? null : updateOf(collection, former, next)
  if (update === null) return [{ replaceOne: { filter, replacement: storedAs(collection, next), upsert: true } }]
  return Object.keys(update).length === 0 ? [] : [{ updateOne: { filter, update: { $set: update } } }]
}

type AnyDocument = Documents[CollectionName]

export function loadedAs<D extends AnyDocument>(collection: CollectionName, documents: D[]): D[] {
  return collection === 'users' ? documents.map(document => fromStoredUser(document as UserDocument) as D) : documents
}

export function storedAs(collection: CollectionName, document: AnyDocument): StoredDocument {
  return (collection === 'users' ? toStoredUser(document as UserDocument) : document) as unknown as StoredDocument
}

/** null: the document must be replaced whole. */
function updateOf(collection: CollectionName, former: AnyDocument, next: AnyDocument): Record<string, unknown> | null {
  if (collection === 'users') return userUpdate(former as UserDocument, next as UserDocument)
  const [from, to] = [former, next] as unknown as [StoredDocument, StoredDocument]
  if (Object.keys(from).some(field => !Object.hasOwn(to, field))) return null
  return Object.fromEntries(Object.entries(to).filter(([field, value]) => field !== '_id' && value !== from[field]))
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
  if (users.items !== null) alternatives.push({ $expr: { $in: [observedText(users.items.field), users.items.ids] } })
  return alternatives.length === 0 ? { _id: `${tenantId}/${generation}/` } : { ...own, $or: alternatives }
}

// an item's id may be a number in an observation and is text in a list
function observedText(path: string): object {
  return { $convert: { input: `$observed.fields.${storedKey(path)}`, to: 'string', onError: null, onNull: null } }
}

function splitId(id: string): [string, number, string] {
  const first = id.indexOf('/')
  const second = id.indexOf('/', first + 1)
  return [id.slice(0, first), Number(id.slice(first + 1, second)), id.slice(second + 1)]
}

function ownershipLost(partition: number): AppError {
  return new AppError('ownership_lost', `another projector owns partition ${partition} now`, { retryable: false })
}
