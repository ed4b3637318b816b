// Read models page by page. In a snapshot they are, with the checkpoint, as they stood at one moment, though the projector goes on.
// MongoDB keeps such a moment for five minutes; a reading that takes longer fails.
import type { CollectionName, Documents, TenantScope } from '@hibob-sync/domain'
import type { ClientSession, Filter } from 'mongodb'
import type { Mongo } from './connection.ts'
import { projectorCheckpointCollection, projectorCheckpointId } from './projector-checkpoint.ts'
import { collectionNames, loadedAs } from './stored-documents.ts'

export type ModelPages = ReturnType<typeof modelPages>

export async function withSnapshot<T>(mongo: Mongo, act: (snapshot: ModelPages) => Promise<T>): Promise<T> {
  const session = mongo.client.startSession({ snapshot: true, causalConsistency: false })
  try {
    return await act(modelPages(mongo, session))
  } finally {
    await session.endSession()
  }
}

/** Without `session` each page is as it stands when it is read. */
export function modelPages(mongo: Mongo, session?: ClientSession) {
  const reading = session === undefined ? {} : { session, readConcern: { level: 'snapshot' as const } }

  /** The projector's, or null while it has none. */
  async function position(partition: number): Promise<{ offset: number; step: number } | null> {
    const found = await projectorCheckpointCollection(mongo).findOne({ _id: projectorCheckpointId(partition) }, reading)
    return found?.position ?? null
  }

  async function generation(tenantId: string): Promise<number> {
    const found = await mongo.db
      .collection<{ _id: string; generation: number }>('tenants')
      .findOne({ _id: tenantId }, { ...reading, projection: { generation: 1 } })
    return found?.generation ?? 1
  }

  /** The next documents of a generation in order of their ids. */
  async function page<C extends CollectionName>(
    name: C,
    { tenantId, generation }: TenantScope,
    after: string | null,
    limit: number,
  ): Promise<Documents[C][]> {
    const prefix = `${tenantId}/${generation}/`
    const filter = { _id: { $gt: after ?? prefix, $lt: `${prefix}\u{10ffff}` } } as Filter<Documents[C]>
    const found = mongo.db
      .collection<Documents[C]>(collectionNames[name])
      .find(filter, { ...reading, sort: { _id: 1 }, limit, batchSize: limit + 1 })
    return loadedAs(name, (await found.toArray()) as Documents[C][])
  }

  /** Documents by `_id`; an id without a document is not in the answer. */
  async function load<C extends CollectionName>(name: C, ids: readonly string[]): Promise<Documents[C][]> {
    if (ids.length === 0) return []
    const filter = { _id: { $in: [...ids] } } as Filter<Documents[C]>
    const found = mongo.db
      .collection<Documents[C]>(collectionNames[name])
      .find(filter, { ...reading, batchSize: ids.length + 1 })
    return loadedAs(name, (await found.toArray()) as Documents[C][])
  }

  /** Which of these documents are there. */
  async function present(name: CollectionName, ids: readonly string[]): Promise<Set<string>> {
    const found = mongo.db
      .collection<{ _id: string }>(collectionNames[name])
      .find({ _id: { $in: [...ids] } }, { ...reading, projection: { _id: 1 }, batchSize: ids.length + 1 })
    return new Set((await found.toArray()).map(({ _id }) => _id))
  }

  return { position, generation, page, load, present }
}
