// A partition's checkpoint for the projector (protocol P6): where it is folded to, who owns it, and what has been published.
// Every write is a compare-and-set on the owner, so a projector that was paused past its session can write nothing.
import { randomUUID } from 'node:crypto'
import { type LastRecord, type Position, startOf } from '@hibob-sync/domain'
import type { Binary, ClientSession, Collection } from 'mongodb'
import type { Mongo } from './connection.ts'
import { otherCluster } from './log-identity.ts'
import { endTransactionOf } from './transaction.ts'

/** `published`: every change up to and including this event and step is on its topic. */
export interface Published {
  offset: number
  step: number
}

export interface ProjectorCheckpoint {
  _id: string
  consumer: 'projector'
  partition: number
  clusterId: string
  owner: string
  /** Where the owner's transactions run, so that one in which it stands still or was killed can be ended. */
  session?: Binary | null
  position: Position
  /** The record before `position`; missing while nothing is folded, and where an earlier release folded last. */
  last?: LastRecord
  published: Published
  /** `topic|tenant|key` of sends whose outcome is unknown: each key's newest change is to be sent once more. */
  resend: string[]
  /** Undelivered changes that somebody wants to be tried again now. */
  retry?: Retry[]
}

/** `note`: the id of the undelivered change; `id`: of this wish. */
export interface Retry {
  id: string
  note: string
}

export type ProjectorCheckpoints = ReturnType<typeof projectorCheckpoints>

export const projectorCheckpointId = (partition: number) => `projector/${partition}`

export function projectorCheckpointCollection(mongo: Mongo): Collection<ProjectorCheckpoint> {
  return mongo.db.collection<ProjectorCheckpoint>('checkpoints')
}

export function projectorCheckpoints(mongo: Mongo) {
  const collection = projectorCheckpointCollection(mongo)

  /**
   * Makes the caller the owner, who writes in `session`. A transaction that the former owner has open is ended, as the take-over
   * would wait for it. Throws AppError `other_cluster` when the checkpoint belongs to another Kafka cluster.
   */
  async function takeOver(
    partition: number,
    clusterId: string,
    session: ClientSession | null = null,
  ): Promise<ProjectorCheckpoint> {
    const _id = projectorCheckpointId(partition)
    const owner = randomUUID()
    const former = await collection.findOne({ _id, clusterId }, { projection: { session: 1 } })
    await endTransactionOf(mongo, former?.session)
    await collection.updateOne(
      { _id },
      {
        $setOnInsert: {
          consumer: 'projector',
          partition,
          clusterId,
          owner: 'nobody',
          position: startOf(0),
          published: { offset: -1, step: 0 },
          resend: [],
        },
      },
      { upsert: true },
    )
    const taken = await collection.findOneAndUpdate(
      { _id, clusterId },
      { $set: { owner, session: session?.id?.id ?? null } },
      { returnDocument: 'after' },
    )
    if (taken !== null) return taken
    const stored = await collection.findOne({ _id })
    throw otherCluster(mongo, stored?.clusterId ?? '?', clusterId)
  }

  const load = (partition: number) => collection.findOne({ _id: projectorCheckpointId(partition) })

  /** Returns false when the caller is not the owner any more. */
  async function movePublished(partition: number, owner: string, published: Published): Promise<boolean> {
    const result = await collection.updateOne({ _id: projectorCheckpointId(partition), owner }, { $set: { published } })
    return result.matchedCount === 1
  }

  /** Notes keys whose newest change must be sent once more, whoever owns the partition. */
  async function addResend(partition: number, keys: string[]): Promise<void> {
    if (keys.length === 0) return
    await collection.updateOne({ _id: projectorCheckpointId(partition) }, { $addToSet: { resend: { $each: keys } } })
  }

  /** Notes the wish that an undelivered change is tried again; it is the owner's to do, who alone keeps the order. */
  async function askRetry(partition: number, note: string): Promise<Retry> {
    const retry = { id: randomUUID(), note }
    await collection.updateOne({ _id: projectorCheckpointId(partition) }, { $push: { retry } })
    return retry
  }

  const isAsked = async (partition: number, { id }: Retry) =>
    (await collection.countDocuments({ _id: projectorCheckpointId(partition), 'retry.id': id })) > 0

  /** What the owner is to send once more. */
  async function wanted(partition: number, owner: string): Promise<{ resend: string[]; retry: Retry[] }> {
    const found = await collection.findOne(
      { _id: projectorCheckpointId(partition), owner },
      { projection: { resend: 1, retry: 1 } },
    )
    return { resend: found?.resend ?? [], retry: found?.retry ?? [] }
  }

  async function pullResend(partition: number, owner: string, keys: string[]): Promise<void> {
    await collection.updateOne({ _id: projectorCheckpointId(partition), owner }, { $pull: { resend: { $in: keys } } })
  }

  async function pullRetry(partition: number, owner: string, retries: readonly Retry[]): Promise<void> {
    const ids = retries.map(({ id }) => id)
    await collection.updateOne(
      { _id: projectorCheckpointId(partition), owner },
      { $pull: { retry: { id: { $in: ids } } } },
    )
  }

  return { takeOver, load, movePublished, addResend, askRetry, isAsked, wanted, pullResend, pullRetry }
}
