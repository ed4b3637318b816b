// The writes of a projector's transaction as messages, made before it begins: the transaction then lasts no longer than the server needs.
import {
  type Batch,
  type CollectionName,
  collections,
  type Documents,
  type Position,
  type UserDocument,
} from '@hibob-sync/domain'
import { inTurns } from '@hibob-sync/runtime'
import type { AnyBulkWriteOperation, ClientSession, Collection, UnorderedBulkOperation } from 'mongodb'
import type { Mongo } from './connection.ts'
import { changeCollection, changeDocuments } from './outbox.ts'
import { collectionNames, type StoredDocument, storedAs } from './stored-documents.ts'
import { userUpdate } from './stored-user.ts'

/** A document to store, with the one that stands there now: null where there is none, undefined where that is not known. */
export interface DocumentWrite<C extends CollectionName = CollectionName> {
  collection: C
  _id: string
  former: Documents[C] | null | undefined
  next: Documents[C] | null
}

export interface PreparedWrites {
  /** Sends all of them, one message after the other; may be repeated. */
  send(session: ClientSession): Promise<void>
}

/** `from` is where the transaction's first event stands. */
export async function prepareWrites(
  mongo: Mongo,
  partition: number,
  from: Position,
  batch: Batch,
  writes: readonly DocumentWrite[],
): Promise<PreparedWrites> {
  const stepOf = (offset: number) => (from.offset === offset ? from.step : 0)
  const changes = changeDocuments(partition, stepOf, batch.changes)
  let messages: UnorderedBulkOperation[] | null = await allMessages()

  async function allMessages(): Promise<UnorderedBulkOperation[]> {
    const documents = []
    for (const name of collections) {
      const collection = mongo.db.collection<StoredDocument>(collectionNames[name])
      const own = writes.filter(write => write.collection === name)
      documents.push(...(await message(collection, own, operationOf)))
    }
    return [
      ...documents,
      ...(await message(changeCollection(mongo), changes, document => [{ insertOne: { document } }])),
    ]
  }

  async function send(session: ClientSession): Promise<void> {
    // the driver sends a message once
    const unsent = messages ?? (await allMessages())
    messages = null
    for (const one of unsent) await one.execute({ session })
  }

  return { send }
}

async function message<T extends { _id: string }, W>(
  collection: Collection<T>,
  items: readonly W[],
  operationsOf: (item: W) => AnyBulkWriteOperation<T>[],
): Promise<UnorderedBulkOperation[]> {
  let made: UnorderedBulkOperation | null = null
  await inTurns(items, item => {
    for (const operation of operationsOf(item)) {
      made ??= collection.initializeUnorderedBulkOp()
      made.raw(operation as AnyBulkWriteOperation)
    }
  })
  return made === null ? [] : [made]
}

function operationOf({ collection, _id, former, next }: DocumentWrite): AnyBulkWriteOperation<StoredDocument>[] {
  const filter = { _id }
  if (next === null) return former === null ? [] : [{ deleteOne: { filter } }]
  const update = former == null ? null : updateOf(collection, former, next)
  if (update === null) return [{ replaceOne: { filter, replacement: storedAs(collection, next), upsert: true } }]
  return Object.keys(update).length === 0 ? [] : [{ updateOne: { filter, update: { $set: update } } }]
}

/** null: the document must be replaced whole. */
function updateOf(
  collection: CollectionName,
  former: Documents[CollectionName],
  next: Documents[CollectionName],
): Record<string, unknown> | null {
  if (collection === 'users') return userUpdate(former as UserDocument, next as UserDocument)
  const [from, to] = [former, next] as unknown as [StoredDocument, StoredDocument]
  if (Object.keys(from).some(field => !Object.hasOwn(to, field))) return null
  return Object.fromEntries(Object.entries(to).filter(([field, value]) => field !== '_id' && value !== from[field]))
}
