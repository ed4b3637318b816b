// Generations that nobody sees: replaced ones are kept for a while, so that a switch can be taken back; then they go, as do those of replays
// that were cancelled, of snapshots that were removed, and of builds beside them whose process died. Removed in bounded deletes, one after
// the other. A snapshot that is kept never goes.
import { type Mongo, serverTime } from './connection.ts'
import { generationCollections, idsOf } from './generation-store.ts'
import { type ReplayDocument, replayCollection } from './replay-document.ts'
import type { TenantDocument } from './tenant-document.ts'

export const keptHours = 24

const documentsPerDelete = 1000

/** Removes what has had its time, by MongoDB's clock unless `at` is given; returns how many generations went. */
export async function removeOldGenerations(mongo: Mongo, at?: Date): Promise<number> {
  const now = at ?? new Date(await serverTime(mongo))
  const collection = replayCollection(mongo)
  const before = new Date(now.getTime() - keptHours * 3_600_000)
  await collection.updateMany(
    { purpose: 'snapshot', state: 'building', startedAt: { $lt: before } },
    { $set: { state: 'cancelled', endedAt: now } },
  )
  const ended = await collection
    .find({
      removed: false,
      $or: [
        { state: 'switched', endedAt: { $lt: before } },
        { state: 'cancelled' },
        { purpose: 'scratch', startedAt: { $lt: before } },
      ],
    })
    .toArray()
  let gone = 0
  for (const replay of ended) if (await removeGenerationOf(mongo, replay, before)) gone++
  return gone
}

/** Removes the generation that `replay` leaves behind, unless readers see it or an open replay builds on it. */
export async function removeGenerationOf(
  mongo: Mongo,
  replay: ReplayDocument,
  keptSince = new Date(),
): Promise<boolean> {
  const generation = replay.state === 'switched' ? replay.replaced?.generation : leftBehindBy(replay)
  if (generation !== undefined) {
    if (await isNeeded(mongo, replay.tenantId, generation, keptSince)) return false
    for (const name of generationCollections) {
      for (;;) {
        const ids = await idsOf(mongo, name, replay.tenantId, generation, documentsPerDelete)
        if (ids.length === 0) break
        await mongo.db.collection<{ _id: string }>(name).deleteMany({ _id: { $in: ids } })
      }
    }
  }
  const collection = replayCollection(mongo)
  if (replay.purpose === 'scratch') await collection.deleteOne({ _id: replay._id })
  else await collection.updateOne({ _id: replay._id }, { $set: { removed: true } })
  return generation !== undefined
}

// a cancelled rollback leaves the generation to the switch that replaced it
const leftBehindBy = ({ purpose, generation }: ReplayDocument) => (purpose === 'rollback' ? undefined : generation)

async function isNeeded(mongo: Mongo, tenantId: string, generation: number, keptSince: Date): Promise<boolean> {
  const seen = await mongo.db.collection<TenantDocument>('tenants').findOne({ _id: tenantId, generation })
  const replaced = { state: 'switched' as const, 'replaced.generation': generation, endedAt: { $gte: keptSince } }
  const builtOn = { generation, open: true as const }
  const kept = { generation, state: 'kept' as const }
  const needed = await replayCollection(mongo).findOne({ tenantId, $or: [replaced, builtOn, kept] })
  return seen !== null || needed !== null
}
