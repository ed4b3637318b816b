// Read models and checkpoint as they stood at one moment: what is read of them belongs together, though the projector goes on.
// MongoDB keeps such a moment for five minutes; a reading that takes longer fails.
import type { CollectionName, Documents, TenantScope } from '@hibob-sync/domain'
import type { Filter } from 'mongodb'
import type { Mongo } from './connection.ts'
import { collectionNames, loadedAs } from './projection-store.ts'
import { projectorCheckpointCollection, projectorCheckpointId } from './projector-checkpoint.ts'

export type ModelSnapshot = Parameters<Parameters<typeof withSnapshot>[1]>[0]

const readConcern = { level: 'snapshot' as const }

/** `position`: all events below it are folded, null while one is folded in slices or nothing is folded yet. */
export async function withSnapshot<T>(
  mongo: Mongo,
  act: (snapshot: ReturnType<typeof snapshotReader>) => Promise<T>,
): Promise<T> {
  const session = mongo.client.startSession({ snapshot: true, causalConsistency: false })
  try {
    return await act(snapshotReader(mongo, session))
  } finally {
    await session.endSession()
  }
}

function snapshotReader(mongo: Mongo, session: ReturnType<Mongo['client']['startSession']>) {
  async function position(partition: number): Promise<{ offset: number; step: number } | null> {
    const found = await projectorCheckpointCollection(mongo).findOne(
      { _id: projectorCheckpointId(partition) },
      { session, readConcern },
    )
    return found?.position ?? null
  }

  async function generation(tenantId: string): Promise<number> {
    const found = await mongo.db
      .collection<{ _id: string; generation: number }>('tenants')
      .findOne({ _id: tenantId }, { session, readConcern, projection: { generation: 1 } })
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
      .find(filter, { session, readConcern, sort: { _id: 1 }, limit, batchSize: limit + 1 })
    return loadedAs(name, (await found.toArray()) as Documents[C][])
  }

  return { position, generation, page }
}
