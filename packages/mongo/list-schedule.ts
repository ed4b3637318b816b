// When each tenant's company lists were last read and are to be read again (protocol P9). Times in ms, by the importer's clock.
import type { Mongo } from './connection.ts'

export interface ListReading {
  _id: string
  tenantId: string
  partition: number
  dueAt: number
  readAt: number | null
}

export type ListSchedule = ReturnType<typeof listSchedule>

export function listSchedule(mongo: Mongo) {
  const collection = mongo.db.collection<ListReading>('list_readings')

  /** Lists are due at `at`, or earlier where they are already. */
  async function dueBy(tenantId: string, partition: number, at: number): Promise<void> {
    await collection.updateOne(
      { _id: tenantId },
      { $min: { dueAt: at }, $set: { tenantId, partition }, $setOnInsert: { readAt: null } },
      { upsert: true },
    )
  }

  /** Whoever takes a partition over has a clock of its own: nothing is due later than at `latest`. */
  const dueWithin = async (partition: number, latest: number) =>
    void (await collection.updateMany({ partition, dueAt: { $gt: latest } }, { $set: { dueAt: latest } }))
  const due = (partitions: readonly number[], now: number) =>
    collection.find({ partition: { $in: [...partitions] }, dueAt: { $lte: now } }, { sort: { dueAt: 1 } }).toArray()
  const get = (tenantId: string) => collection.findOne({ _id: tenantId })
  /** Who asked for a later reading while this one was made is not forgotten. */
  const read = async (tenantId: string, readAt: number, nextAt: number) => {
    const dueAt = { $cond: [{ $gt: ['$dueAt', readAt] }, { $min: ['$dueAt', nextAt] }, nextAt] }
    await collection.updateOne({ _id: tenantId }, [{ $set: { readAt, dueAt } }])
  }
  const postpone = async (tenantId: string, dueAt: number) =>
    void (await collection.updateOne({ _id: tenantId }, { $set: { dueAt } }))
  const forget = async (tenantId: string) => void (await collection.deleteOne({ _id: tenantId }))

  return { dueBy, dueWithin, due, get, read, postpone, forget }
}
