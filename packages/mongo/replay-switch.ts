// The projector's side of the hand-over (protocol P7): at an offer it switches the tenant's pointer, or notes that it passed the offer over,
// in the transaction that moves its checkpoint over the offer.
import type { ClientSession } from 'mongodb'
import type { Mongo } from './connection.ts'
import { replayCollection } from './replay-document.ts'
import type { TenantDocument } from './tenant-document.ts'
import { endTransactionOf } from './transaction.ts'

export interface Offer {
  replayId: string
  tenantId: string
  /** The generation that the projector folds into. */
  generation: number
  /** Offset of `tenant.replay.ready`. */
  offset: number
  codeVersion: string
}

export type ReplaySwitch = ReturnType<typeof replaySwitch>

export function replaySwitch(mongo: Mongo) {
  const collection = replayCollection(mongo)

  /** `wait`: the replay may still become level. */
  async function standing({ replayId, tenantId, offset, codeVersion }: Offer): Promise<'settled' | 'wait'> {
    const found = await collection.findOne({ _id: replayId, tenantId })
    const mayCome = found?.state === 'building' && found.codeVersion === codeVersion && found.missedThrough < offset
    return mayCome ? 'wait' : 'settled'
  }

  /** What the replay has under way must not hold the partition up. */
  async function stopWaiting({ replayId }: Offer): Promise<void> {
    const found = await collection.findOne({ _id: replayId, state: 'building' })
    await endTransactionOf(mongo, found?.session)
  }

  async function settle(offer: Offer, session: ClientSession): Promise<void> {
    const { replayId, tenantId, generation, offset, codeVersion } = offer
    const isReady = { _id: replayId, tenantId, state: 'level' as const, level: offset, codeVersion }
    const ready = await collection.findOne(isReady, { session })
    if (ready === null) return passOver(offer, session)
    const moved = await mongo.db
      .collection<TenantDocument>('tenants')
      .updateOne({ _id: tenantId, generation }, { $set: { generation: ready.generation } }, { session })
    if (moved.matchedCount !== 1) return passOver(offer, session)
    const replaced = { generation, through: offset - 1 }
    const update = {
      $set: { state: 'switched' as const, replaced },
      $unset: { open: '' as const },
      // how long the way back is kept goes by one clock
      $currentDate: { endedAt: true as const },
    }
    await collection.updateOne(isReady, update, { session })
  }

  // a replay of other code that called itself level builds on, and can offer again
  async function passOver({ replayId, tenantId, offset }: Offer, session: ClientSession): Promise<void> {
    await collection.updateOne(
      { _id: replayId, tenantId, $or: [{ state: 'building' }, { state: 'level', level: offset }] },
      { $set: { state: 'building', level: null }, $max: { missedThrough: offset } },
      { session },
    )
  }

  return { standing, stopWaiting, settle }
}
