// A generation that a replay builds: every write is fenced (protocol P7), and a flush is a series of bounded transactions.
import type { CollectionName, Documents, Parked } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { AnyBulkWriteOperation, ClientSession } from 'mongodb'
import type { Mongo } from './connection.ts'
import { noteOperation, parkedCollection } from './parked-events.ts'
import type { ReplayDocument, ReplayFence } from './replay-document.ts'
import { replays } from './replays.ts'
import { collectionNames, type StoredDocument, storedAs } from './stored-documents.ts'
import { writeFaultName, writeFaultOf } from './write-fault.ts'

export interface PendingDocument {
  name: CollectionName
  id: string
  document: Documents[CollectionName] | null
}

export type GenerationStore = ReturnType<typeof generationStore>

interface Write {
  collection: string
  _id: string
  operation: AnyBulkWriteOperation<StoredDocument>
  /** About. */
  bytes: number
}

/** Everything that belongs to a generation: ids begin with the tenant and its number. */
export const generationCollections: readonly string[] = [...Object.values(collectionNames), parkedCollection]

const documentsPerTransaction = 900
const bytesPerTransaction = 16 * 1024 * 1024

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
    let bytes = 0
    for (const next of writesOf(documents, parked)) {
      const isFull = chunk.length >= documentsPerTransaction || bytes + next.bytes > bytesPerTransaction
      if (isFull && chunk.length > 0) {
        await write(chunk, { flushing: position })
        chunk = []
        bytes = 0
      }
      chunk.push(next)
      bytes += next.bytes
    }
    // the last transaction ends the flush, so a small one is a single transaction
    await write(chunk, { flushing: null, position })
  }

  /** What is refused whole is written in halves. Throws AppError `document_refused` for a document that is refused alone. */
  async function write(chunk: Write[], update: { flushing: number | null; position?: number }): Promise<void> {
    try {
      await writeWhole(chunk, update)
    } catch (error) {
      const [first] = chunk
      if (first === undefined || writeFaultOf(error) !== 'data') throw error
      if (chunk.length === 1) throw documentRefused(first, error)
      const half = Math.ceil(chunk.length / 2)
      await write(chunk.slice(0, half), { flushing: update.position ?? update.flushing })
      await write(chunk.slice(half), update)
    }
  }

  async function writeWhole(chunk: Write[], update: { flushing: number | null; position?: number }): Promise<void> {
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
  for (const { name, id: _id, document } of documents) {
    const operation = storing(name, _id, document)
    yield { collection: collectionNames[name], _id, operation, bytes: roughBytes(document) }
  }
  for (const note of parked) {
    const operation = noteOperation(note) as AnyBulkWriteOperation<StoredDocument>
    yield { collection: parkedCollection, _id: `${note.partition}-${note.offset}`, operation, bytes: noteBytes }
  }
}

const noteBytes = 1000
const valueBytes = 16

/** Texts by their length, everything else by a usual one. */
function roughBytes(value: unknown): number {
  if (typeof value === 'string') return value.length + valueBytes
  if (typeof value !== 'object' || value === null) return valueBytes
  let bytes = valueBytes
  for (const key in value) bytes += roughBytes((value as Record<string, unknown>)[key])
  return bytes
}

const documentRefused = ({ collection, _id }: Write, cause: unknown) =>
  new AppError(
    'document_refused',
    `MongoDB does not take the document ${_id} of ${collection}: ${writeFaultName(cause)}. Its events in the log make it what it is: see hibob-sync events, and report it`,
    { retryable: false, cause },
  )

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
