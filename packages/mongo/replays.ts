// Replays of tenants: who builds which generation, and how far it is (protocol P7).
import { randomUUID } from 'node:crypto'
import type { ClientSession } from 'mongodb'
import { type Mongo, serverTime } from './connection.ts'
import { duplicateKey, type ReplayDocument, type ReplayFence, replayCollection, replayLost } from './replay-document.ts'
import { endTransactionOf, runTransaction } from './transaction.ts'

export interface NewReplay {
  tenantId: string
  purpose: ReplayDocument['purpose']
  codeVersion: string
  by: string
  /** A generation that stands already, and the position that it holds. */
  base?: { generation: number; position: number }
}

export type Replays = ReturnType<typeof replays>

const attemptsMax = 20
/** Longer than MongoDB keeps a transaction in which nobody does anything. */
const cancelMaxMs = 90_000

export function replays(mongo: Mongo) {
  const collection = replayCollection(mongo)

  const get = (id: string) => collection.findOne({ _id: id })
  const openOf = (tenantId: string) => collection.findOne({ tenantId, open: true })
  const list = () => collection.find({ open: true }, { sort: { _id: 1 } }).toArray()
  /** The switch after which readers see the present generation. */
  const lastSwitchOf = (tenantId: string) =>
    collection.findOne({ tenantId, state: 'switched' }, { sort: { endedAt: -1 } })

  /** Returns null when the tenant has an open replay already. A fresh generation has a number that none ever had. */
  async function begin(given: NewReplay): Promise<ReplayDocument | null> {
    const { base, ...named } = given
    const mayBeOffered = given.purpose === 'replay' || given.purpose === 'rollback'
    for (let attempt = 0; ; attempt++) {
      const document: ReplayDocument = {
        _id: randomUUID(),
        ...named,
        state: 'building',
        ...(mayBeOffered ? { open: true } : {}),
        ...(base === undefined ? { fresh: true } : {}),
        run: randomUUID(),
        session: null,
        generation: base?.generation ?? (await nextGeneration(given.tenantId)),
        flushing: null,
        position: base?.position ?? null,
        level: null,
        missedThrough: -1,
        beat: 0,
        startedAt: new Date(await serverTime(mongo)),
        progress: null,
        endedAt: null,
        replaced: null,
        removed: false,
      }
      try {
        await collection.insertOne(document)
        return document
      } catch (error) {
        if (!duplicateKey(error) || attempt >= attemptsMax) throw error
        if (mayBeOffered && (await openOf(given.tenantId)) !== null) return null
      }
    }
  }

  async function nextGeneration(tenantId: string): Promise<number> {
    const newest = await collection.findOne({ tenantId }, { sort: { generation: -1 }, projection: { generation: 1 } })
    const tenant = await mongo.db.collection<{ _id: string; generation: number }>('tenants').findOne({ _id: tenantId })
    return Math.max(newest?.generation ?? 0, tenant?.generation ?? 1) + 1
  }

  /** A new run carries on what `found` shows; null when it moved since then. What other code has folded does not count. */
  async function takeOver(found: ReplayDocument, codeVersion: string): Promise<ReplayDocument | null> {
    await endTransactionOf(mongo, found.session)
    const anew = found.codeVersion !== codeVersion && found.purpose === 'replay' && found.state === 'building'
    return collection.findOneAndUpdate(
      { _id: found._id, run: found.run, beat: found.beat, open: true },
      {
        $set: {
          run: randomUUID(),
          session: null,
          ...(found.state === 'building' ? { codeVersion } : {}),
          ...(anew ? { flushing: found.flushing ?? 0 } : {}),
        },
        $inc: { beat: 1 },
      },
      { returnDocument: 'after' },
    )
  }

  /** Tells which session a run writes in. Throws AppError `replay_lost`. */
  async function register({ id, run }: ReplayFence, session: ClientSession): Promise<void> {
    const lsid = session.id?.id
    if (lsid === undefined) return
    const held = await collection.updateOne({ _id: id, run }, { $set: { session: lsid } })
    if (held.matchedCount !== 1) throw replayLost(id)
  }

  /** Runs `act` in a transaction that happens only while this run may write. Throws AppError `replay_lost`. */
  async function fenced(
    { id, run }: ReplayFence,
    update: Partial<ReplayDocument>,
    act: (session: ClientSession) => Promise<void> = async () => {},
    own?: ClientSession,
  ): Promise<void> {
    await runTransaction(
      mongo,
      async session => {
        const held = await collection.updateOne(
          { _id: id, run, state: 'building' },
          { $set: update, $inc: { beat: 1 } },
          { session },
        )
        if (held.matchedCount !== 1) throw replayLost(id)
        await act(session)
      },
      { deadlineMs: 60_000, session: own },
    )
  }

  /** Shows that the run lives; returns false when it may write no more. */
  async function beat({ id, run }: ReplayFence, progress: ReplayDocument['progress']): Promise<boolean> {
    const held = await collection.updateOne({ _id: id, run, open: true }, { $set: { progress }, $inc: { beat: 1 } })
    return held.matchedCount === 1
  }

  /** The generation holds all events below `offset`: the projector may switch there. False when it has passed the offer over. */
  async function setLevel({ id, run }: ReplayFence, offset: number): Promise<boolean> {
    const held = await collection.updateOne(
      { _id: id, run, state: 'building', position: offset, flushing: null, missedThrough: { $lt: offset } },
      { $set: { state: 'level', level: offset }, $inc: { beat: 1 } },
    )
    return held.matchedCount === 1
  }

  /** Returns what was cancelled, or null when there was nothing to cancel. Its generation can be removed then. */
  async function cancel(tenantId: string): Promise<ReplayDocument | null> {
    let cancelled: ReplayDocument | null = null
    await endTransactionOf(mongo, (await openOf(tenantId))?.session)
    await runTransaction(
      mongo,
      async session => {
        cancelled = await collection.findOneAndUpdate(
          { tenantId, open: true },
          { $set: { state: 'cancelled', endedAt: new Date() }, $unset: { open: '' } },
          { returnDocument: 'after', session },
        )
        if (cancelled?.purpose === 'rollback') await keepBase(cancelled, session)
      },
      { deadlineMs: cancelMaxMs },
    )
    return cancelled
  }

  // the generation that was built on stays for another rollback, unless a flush was cut in its middle
  async function keepBase(rollback: ReplayDocument, session: ClientSession): Promise<void> {
    const { tenantId, generation, flushing, position } = rollback
    const kept = flushing === null && position !== null
    await collection.updateOne(
      { tenantId, state: 'switched', 'replaced.generation': generation, removed: false },
      kept ? { $set: { 'replaced.through': position - 1 } } : { $set: { endedAt: new Date(0) } },
      { session, sort: { endedAt: -1 } },
    )
  }

  return { get, openOf, list, lastSwitchOf, begin, takeOver, fenced, register, beat, setLevel, cancel }
}
