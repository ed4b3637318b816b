// A generation that a replay builds: every write is fenced (protocol P7), and a flush is a series of bounded transactions.
import type { CollectionName, Documents } from '@hibob-sync/domain'
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb'
import type { Mongo } from './connection.ts'
import { collectionNames, type StoredDocument, storedAs } from './projection-store.ts'
import type { ReplayDocument, ReplayFence } from './replay-document.ts'
import { replays } from './replays.ts'

export interface PendingDocument {
  name: CollectionName
  id: string
  document: Documents[CollectionName] | null
}

export type GenerationStore = ReturnType<typeof generationStore>

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

  /** Stores documents, after which the generation holds all events below `position`. Throws AppError `replay_lost`. */
  async function flush(documents: Iterable<PendingDocument>, position: number): Promise<void> {
    let chunk: PendingDocument[] = []
    for (const document of documents) {
      if (chunk.length >= documentsPerTransaction) {
        await write(chunk, { flushing: position })
        chunk = []
      }
      chunk.push(document)
    }
    // the last transaction ends the flush, so a small one is a single transaction
    await write(chunk, { flushing: null, position })
  }

  async function write(
    chunk: PendingDocument[],
    update: { flushing: number | null; position?: number },
  ): Promise<void> {
    await fenced(update, async session => {
      for (const [name, operations] of operationsOf(chunk))
        await mongo.db
          .collection<StoredDocument>(collectionNames[name])
          .bulkWrite(operations, { session, ordered: false })
    })
  }

  /** Removes what an earlier run has written, so that the generation can be begun anew. */
  async function empty(tenantId: string, generation: number): Promise<void> {
    for (const name of Object.values(collectionNames)) {
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

function operationsOf(chunk: readonly PendingDocument[]): Map<CollectionName, AnyBulkWriteOperation<StoredDocument>[]> {
  const operations = new Map<CollectionName, AnyBulkWriteOperation<StoredDocument>[]>()
  for (const { name, id, document } of chunk) {
    const of = operations.get(name) ?? []
    operations.set(name, of)
    const filter = { _id: id }
    of.push(
      document === null
        ? { deleteOne: { filter } }
        : { replaceOne: { filter, replacement: storedAs(name, document), upsert: true } },
    )
  }
  return operations
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
