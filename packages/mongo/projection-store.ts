// Where the projector keeps the read models: documents by id, the pages of a slice, and the one transaction of a batch.
// The transaction moves the checkpoint by compare-and-set on owner and position: a second writer can only fail.
import {
  type Batch,
  type CollectionName,
  collections,
  type Documents,
  type Phase,
  type Position,
  type TenantScope,
  type UserSelector,
} from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { AnyBulkWriteOperation, ClientSession, Filter } from 'mongodb'
import type { Mongo } from './connection.ts'
import { changeCollection, changeDocuments } from './outbox.ts'
import { parkedEvents } from './parked-events.ts'
import { pendingReads } from './pending-reads.ts'
import { type Published, projectorCheckpointCollection, projectorCheckpointId } from './projector-checkpoint.ts'
import { runTransaction } from './transaction.ts'

export interface Commit {
  partition: number
  owner: string
  from: Position
  batch: Batch
  writes: DocumentWrite[]
  published: Published | null
}

/** A document to store, with the one that stands there now: null where there is none, undefined where that is not known. */
export interface DocumentWrite<C extends CollectionName = CollectionName> {
  collection: C
  _id: string
  former: Documents[C] | null | undefined
  next: Documents[C] | null
}

export type ProjectionStore = ReturnType<typeof projectionStore>

const collectionNames = { users: 'users', teams: 'teams', managers: 'managers', states: 'tenant_states' } as const

export function projectionStore(mongo: Mongo) {
  const pending = pendingReads(mongo)
  const parking = parkedEvents(mongo)
  const collectionOf = <C extends CollectionName>(name: C) => mongo.db.collection<Documents[C]>(collectionNames[name])

  /** Documents by `_id`; an id without a document is not in the answer. */
  async function load<C extends CollectionName>(name: C, ids: readonly string[]): Promise<Documents[C][]> {
    if (ids.length === 0) return []
    return (await collectionOf(name)
      .find({ _id: { $in: ids } } as Filter<Documents[C]>, { batchSize: ids.length + 1 })
      .toArray()) as Documents[C][]
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

  /** A slice's next documents in order of their ids: those of the selector in the users phase, else all of the phase. */
  async function page(
    scope: TenantScope,
    phase: Exclude<Phase, 'head'>,
    users: UserSelector,
    after: string | null,
    limit: number,
  ): Promise<Documents[CollectionName][]> {
    const prefix = `${scope.tenantId}/${scope.generation}/`
    const range = { _id: { $gt: after ?? prefix, $lt: `${prefix}\u{10ffff}` } }
    const filter =
      phase === 'users'
        ? { ...range, ...selected(users, prefix) }
        : phase === 'states'
          ? { ...range, kind: { $ne: 'tenant' } }
          : range
    const collection = mongo.db.collection<Documents[CollectionName]>(collectionNames[phase])
    return collection
      .find(filter as Filter<Documents[CollectionName]>, { sort: { _id: 1 }, limit })
      .toArray() as Promise<Documents[CollectionName][]>
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
  async function commit({ partition, owner, from, batch, writes, published }: Commit): Promise<void> {
    await runTransaction(mongo, async session => {
      const moved = await projectorCheckpointCollection(mongo).updateOne(
        { _id: projectorCheckpointId(partition), owner, 'position.offset': from.offset, 'position.step': from.step },
        { $set: published === null ? { position: batch.next } : { position: batch.next, published } },
        { session },
      )
      if (moved.matchedCount !== 1) throw ownershipLost(partition)
      for (const name of collections) await writeAll(name, writes, session)
      if (batch.changes.length > 0) {
        const stepOf = (offset: number) => (from.offset === offset ? from.step : 0)
        const documents = changeDocuments(partition, stepOf, batch.changes)
        await changeCollection(mongo).insertMany(documents, { session, ordered: false })
      }
      if (batch.due.length > 0) await pending.dueNow(partition, batch.due, 'fold', Date.now(), session)
      if (batch.parked.length > 0) await parking.park(batch.parked, session)
    })
  }

  async function writeAll(name: CollectionName, writes: DocumentWrite[], session: ClientSession): Promise<void> {
    const operations = writes.filter(write => write.collection === name).flatMap(operationOf)
    if (operations.length > 0)
      await mongo.db
        .collection<StoredDocument>(collectionNames[name])
        .bulkWrite(operations, { session, ordered: false })
  }

  return { load, reportsOf, page, generations, commit }
}

interface StoredDocument {
  _id: string
  [field: string]: unknown
}

function operationOf({ _id, former, next }: DocumentWrite): AnyBulkWriteOperation<StoredDocument>[] {
  const filter = { _id }
  if (next === null) return former === null ? [] : [{ deleteOne: { filter } }]
  if (former == null) return [{ replaceOne: { filter, replacement: next as unknown as StoredDocument, upsert: true } }]
  const update = differenceOf(former as unknown as StoredDocument, next as unknown as StoredDocument)
  return Object.keys(update).length === 0 ? [] : [{ updateOne: { filter, update: { $set: update } } }]
}

/** Only what differs goes to MongoDB, and of a user only the fields that do: most changes touch one. */
function differenceOf(former: StoredDocument, next: StoredDocument): Record<string, unknown> {
  const set: Record<string, unknown> = {}
  for (const field of Object.keys(next)) {
    if (field === '_id' || former[field] === next[field]) continue
    if (field !== 'user') set[field] = next[field]
    else {
      const [from, to] = [former.user, next.user] as Record<string, unknown>[]
      for (const key in to) if (from?.[key] !== to[key]) set[`user.${key}`] = to[key]
    }
  }
  return set
}

function selected(users: UserSelector, prefix: string): object {
  if ('everyone' in users) return {}
  if ('ids' in users) return { 'user.id': { $in: users.ids } }
  const alternatives: object[] = []
  if (users.reportsOf !== null) alternatives.push({ 'user.override_manager.id': users.reportsOf })
  if (users.items !== null) alternatives.push({ $expr: { $in: [observedText(users.items.field), users.items.ids] } })
  return alternatives.length === 0 ? { _id: prefix } : { $or: alternatives }
}

// HiBob paths hold dots, so no plain query path reaches them; an item's id may be a number in an observation and is text in a list
function observedText(field: string): object {
  return {
    $convert: { input: { $getField: { field, input: '$observed.fields' } }, to: 'string', onError: null, onNull: null },
  }
}

function splitId(id: string): [string, number, string] {
  const first = id.indexOf('/')
  const second = id.indexOf('/', first + 1)
  return [id.slice(0, first), Number(id.slice(first + 1, second)), id.slice(second + 1)]
}

function ownershipLost(partition: number): AppError {
  return new AppError('ownership_lost', `another projector owns partition ${partition} now`, { retryable: false })
}
