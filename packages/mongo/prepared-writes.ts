// The writes of a projector's transaction as messages, made before it begins: the transaction then lasts no longer than the server needs.
import {
  type Batch,
  type CollectionName,
  collections,
  type Documents,
  type Position,
  type UserDocument,
} from '@hibob-sync/domain'
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
  /** Sends all of them, one message after the other; may be repeated. `documentsSent` is called when the first, the users, is on its way. */
  send(session: ClientSession, documentsSent?: () => void): Promise<void>
}

/** `from` is where the transaction's first event stands. */
export function prepareWrites(
  mongo: Mongo,
  partition: number,
  from: Position,
  batch: Batch,
  writes: readonly DocumentWrite[],
): PreparedWrites {
  const stepOf = (offset: number) => (from.offset === offset ? from.step : 0)
  const changes = changeDocuments(partition, stepOf, batch.changes)
  let messages: UnorderedBulkOperation[] | null = allMessages()

  function allMessages(): UnorderedBulkOperation[] {
    return [
      ...collections.flatMap(name =>
        message(
          mongo.db.collection<StoredDocument>(collectionNames[name]),
          writes.filter(write => write.collection === name).flatMap(operationOf),
        ),
      ),
      ...message(
        changeCollection(mongo),
        changes.map(document => ({ insertOne: { document } })),
      ),
    ]
  }

  async function send(session: ClientSession, documentsSent?: () => void): Promise<void> {
    // the driver sends a message once
    const unsent = messages ?? allMessages()
    messages = null
    for (const one of unsent) {
      const sent = one.execute({ session })
      documentsSent?.()
      await sent
    }
  }

  return { send }
}

function message<T extends { _id: string }>(
  collection: Collection<T>,
  operations: AnyBulkWriteOperation<T>[],
): UnorderedBulkOperation[] {
  if (operations.length === 0) return []
  const made = collection.initializeUnorderedBulkOp()
  for (const operation of operations) made.raw(operation as AnyBulkWriteOperation)
  return [made]
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
