// Snapshots: generations that nobody is ever switched to, each a tenant as it was at some time, kept under a name until it is removed.
// They are entries of `replays` like every build, so that no other generation has the number of one.
import { AppError } from '@hibob-sync/runtime'
import type { Mongo } from './connection.ts'
import {
  duplicateKey,
  type ReplayDocument,
  type ReplayFence,
  replayCollection,
  replayLost,
  type SnapshotContent,
} from './replay-document.ts'
import { replays } from './replays.ts'
import { type TenantDocument, tenantRemoved } from './tenant-document.ts'
import { endTransactionOf, runTransaction } from './transaction.ts'

export type KeptSnapshot = ReplayDocument & { snapshot: SnapshotContent }
export type Snapshots = ReturnType<typeof snapshots>

const given = { state: 'cancelled' as const }

export function snapshots(mongo: Mongo) {
  const collection = replayCollection(mongo)

  const find = (tenantId: string, name: string) =>
    collection.findOne({ tenantId, state: 'kept', 'snapshot.name': name }) as Promise<KeptSnapshot | null>

  /** In order of their names. */
  const list = (tenantId: string) =>
    collection.find({ tenantId, state: 'kept' }, { sort: { 'snapshot.name': 1 } }).toArray() as Promise<KeptSnapshot[]>

  /** Throws AppError `snapshot_unknown`. */
  async function get(tenantId: string, name: string): Promise<KeptSnapshot> {
    const found = await find(tenantId, name)
    if (found === null) throw unknown(tenantId, name)
    return found
  }

  /** A generation to build it in. Throws AppError `tenant_removed`. */
  async function begin(wanted: { tenantId: string; codeVersion: string; by: string }): Promise<ReplayDocument> {
    const begun = await replays(mongo).begin({ ...wanted, purpose: 'snapshot' })
    if (begun === null) throw new Error('a snapshot is never refused')
    // looked at only now: a removal takes with it what was begun before
    const { tenantId } = wanted
    const removed = await mongo.db
      .collection<TenantDocument>('tenants')
      .findOne({ _id: tenantId, state: 'removed' }, { projection: { _id: 1 } })
    if (removed === null) return begun
    await giveUp(begun)
    throw tenantRemoved(tenantId)
  }

  /**
   * From now on what was built is found under its name. With `replace` it takes the place of the one that has the name, which is returned.
   * Throws AppError `snapshot_exists`, or `replay_lost` when the tenant was removed meanwhile.
   */
  async function keep(
    { id, run }: ReplayFence,
    tenantId: string,
    snapshot: SnapshotContent,
    replace: boolean,
  ): Promise<ReplayDocument | null> {
    let former: ReplayDocument | null = null
    const { name } = snapshot
    const act = runTransaction(mongo, async session => {
      former = replace
        ? await collection.findOneAndUpdate(
            { tenantId, state: 'kept', 'snapshot.name': name },
            { $set: given },
            { session, returnDocument: 'after' },
          )
        : null
      const kept = await collection.updateOne(
        { _id: id, run, state: 'building', flushing: null },
        { $set: { state: 'kept', snapshot, endedAt: new Date() } },
        { session },
      )
      if (kept.matchedCount !== 1) throw replayLost(id)
    })
    await act.catch(error => Promise.reject(duplicateKey(error) ? snapshotExists(tenantId, name) : error))
    return former
  }

  /** Its generation can be removed then. Throws AppError `snapshot_unknown`. */
  async function remove(tenantId: string, name: string): Promise<ReplayDocument> {
    const filter = { tenantId, state: 'kept' as const, 'snapshot.name': name }
    const found = await collection.findOneAndUpdate(filter, { $set: given }, { returnDocument: 'after' })
    if (found === null) throw unknown(tenantId, name)
    return found
  }

  /** Ends one that is being built; null when it is kept already, or given up. */
  const giveUp = ({ _id, run }: ReplayDocument) =>
    collection.findOneAndUpdate(
      { _id, run, state: 'building' },
      { $set: { ...given, endedAt: new Date() } },
      { returnDocument: 'after' },
    )

  /** Of a tenant that was removed at `throughOffset` no snapshot of before can be had; their generations go with the old ones. */
  async function forgetTenant(tenantId: string, throughOffset: number): Promise<void> {
    const building = await collection.find({ tenantId, purpose: 'snapshot', state: 'building' }).toArray()
    for (const one of building) await endTransactionOf(mongo, one.session)
    const made = { state: 'kept' as const, 'snapshot.offset': { $lte: throughOffset } }
    await collection.updateMany(
      { tenantId, purpose: 'snapshot', $or: [{ state: 'building' }, made] },
      { $set: { ...given, endedAt: new Date() } },
    )
  }

  return { find, list, get, begin, keep, remove, giveUp, forgetTenant }
}

export function snapshotExists(tenantId: string, name: string): AppError {
  return new AppError(
    'snapshot_exists',
    `there is a snapshot ${name} of ${tenantId} already: choose another name, pass --replace, or \`hibob-sync snapshots remove ${tenantId} ${name}\``,
    { retryable: false },
  )
}

function unknown(tenantId: string, name: string): AppError {
  return new AppError(
    'snapshot_unknown',
    `there is no snapshot ${name} of ${tenantId}: \`hibob-sync snapshots list ${tenantId}\` shows them`,
    { retryable: false },
  )
}

export function snapshotReplaced(tenantId: string, name: string): AppError {
  return new AppError(
    'snapshot_replaced',
    `another snapshot of ${tenantId} took the name ${name} meanwhile, so this listing is not whole: list it again`,
    { retryable: true },
  )
}
