// A generation that a replay builds: every write is fenced (protocol P7), and a flush is a series of bounded transactions.
import type { CollectionName, Documents, Parked } from '@hibob-sync/domain'
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb'
import type { Mongo } from './connection.ts'
import { noteOperation, parkedCollection } from './parked-events.ts'
import type { ReplayDocument, ReplayFence } from './replay-document.ts'
import { replays } from './replays.ts'
import { collectionNames, type StoredDocument, storedAs } from './stored-documents.ts'

export interface PendingDocument {
  name: CollectionName
  id: string
  document: Documents[CollectionName] | null
}

export type GenerationStore = ReturnType<typeof generationStore>

interface Write {
  collection: string
  operation: AnyBulkWriteOperation<StoredDocument>
}

/** Everything that belongs to a generation: ids begin with the tenant and its number. */
export const generationCollections: readonly string[] = [...Object.values(collectionNames), parkedCollection]

const documentsPerTransaction = 900

export function generationStore(mongo: Mongo, fence: ReplayFence) {
  const replaying = replays(mongo)
  let session: ClientSession | null = null

  async function fenced(
    update: Partial<ReplayDocument>,
    act?: (session: ClientSession) => Promise<void>,
  ): Promise<void> {
    if (session === null) {
      session = mongo.client.startSession()
      await replaying.register(fence, session)
    }
    await replaying.fenced(fence, update, act, session)
  }

  /**
   * Stores documents and what was parked since the last flush, after which the generation holds all events below `position`.
   * Throws AppError `replay_lost`.
   */
  async function flush(
    documents: Iterable<PendingDocument>,
    position: number,
    parked: readonly Parked[] = [],
  ): Promise<void> {
    let chunk: Write[] = []
    for (const next of writesOf(documents, parked)) {
      if (chunk.length >= documentsPerTransaction) {
        await write(chunk, { flushing: position })
        chunk = []
      }
      chunk.push(next)
    }
    // the last transaction ends the flush, so a small one is a single transaction
    await write(chunk, { flushing: null, position })
  }

  async function write(chunk: Write[], update: { flushing: number | null; position?: number }): Promise<void> {
    await fenced(update, async session => {
      for (const [collection, writes] of Map.groupBy(chunk, ({ collection }) => collection)) {
        const operations = writes.map(({ operation }) => operation)
        await mongo.db.collection<StoredDocument>(collection).bulkWrite(operations, { session, ordered: false })
      }
    })
  }

  /** Removes what an earlier run has written, so that the generation can be begun anew. */
  async function empty(tenantId: string, generation: number): Promise<void> {
    for (const name of generationCollections) {
      for (;;) {
        const ids = await idsOf(mongo, name, tenantId, generation, documentsPerTransaction)
        if (ids.length === 0) break
        await fenced({ flushing: 0 }, async session => {
          await mongo.db.collection<StoredDocument>(name).deleteMany({ _id: { $in: ids } }, { session })
        })
      }
    }
    await fenced({ flushing: null, position: null })
  }

  return { flush, empty }
}

function* writesOf(documents: Iterable<PendingDocument>, parked: readonly Parked[]): Generator<Write> {
  for (const { name, id: _id, document } of documents)
    yield { collection: collectionNames[name], operation: storing(name, _id, document) }
  for (const note of parked)
    yield { collection: parkedCollection, operation: noteOperation(note) as AnyBulkWriteOperation<StoredDocument> }
}

function storing(
  name: CollectionName,
  _id: string,
  document: Documents[CollectionName] | null,
): AnyBulkWriteOperation<StoredDocument> {
  if (document === null) return { deleteOne: { filter: { _id } } }
  return { replaceOne: { filter: { _id }, replacement: storedAs(name, document), upsert: true } }
}

/** Ids of some documents of a generation. */
export async function idsOf(
  mongo: Mongo,
  collection: string,
  tenantId: string,
  generation: number,
  limit: number,
): Promise<string[]> {
  const prefix = `${tenantId}/${generation}/`
  const found = await mongo.db
    .collection<{ _id: string }>(collection)
    .find({ _id: { $gt: prefix, $lt: `${prefix}\u{10ffff}` } }, { projection: { _id: 1 }, limit })
    .toArray()
  return found.map(({ _id }) => _id)
}
