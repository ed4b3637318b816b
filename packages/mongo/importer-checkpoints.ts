// The importer's durable position in each partition (protocols P1 and P4). `takeover` rises with each take-over; the position moves only under its owner.
import { randomUUID } from 'node:crypto'
import type { LastRecord } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { otherCluster } from './log-identity.ts'

export interface ImporterCheckpoint {
  _id: string
  consumer: 'importer'
  partition: number
  clusterId: string
  /** The next event to take. */
  offset: number
  /** The record before `offset`; missing while nothing is taken, and where an earlier release took last. */
  last?: LastRecord
  takeover: number
  owner: string
}

export type ImporterCheckpoints = ReturnType<typeof importerCheckpoints>

export function importerCheckpoints(mongo: Mongo) {
  const collection = mongo.db.collection<ImporterCheckpoint>('checkpoints')
  const idOf = (partition: number) => `importer/${partition}`

  /** Makes the caller the owner. Throws AppError `other_cluster` when the checkpoint belongs to another Kafka cluster. */
  async function takeOver(partition: number, clusterId: string): Promise<ImporterCheckpoint> {
    const _id = idOf(partition)
    const fresh = { consumer: 'importer' as const, partition, clusterId, offset: 0, takeover: 0, owner: 'nobody' }
    await collection.updateOne({ _id }, { $setOnInsert: fresh }, { upsert: true })
    const owner = randomUUID()
    const taken = await collection.findOneAndUpdate(
      { _id, clusterId },
      { $set: { owner }, $inc: { takeover: 1 } },
      { returnDocument: 'after' },
    )
    if (taken !== null) return taken
    const stored = await collection.findOne({ _id })
    throw otherCluster(mongo, stored?.clusterId ?? '?', clusterId)
  }

  /** Returns false when the caller is not the owner any more, or the position stands further already. */
  async function advance(
    partition: number,
    owner: string,
    offset: number,
    last: LastRecord | null = null,
  ): Promise<boolean> {
    const result = await collection.updateOne(
      { _id: idOf(partition), owner, offset: { $lte: offset } },
      { $set: { offset, ...(last === null ? {} : { last }) } },
    )
    return result.matchedCount === 1
  }

  const load = (partition: number) => collection.findOne({ _id: idOf(partition) })

  return { takeOver, advance, load }
}
