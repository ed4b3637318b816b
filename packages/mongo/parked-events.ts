// Events, or users of an event in slices, whose fold failed: kept with the cause until somebody has dealt with them.
import type { Parked } from '@hibob-sync/domain'
import type { ClientSession } from 'mongodb'
import type { Mongo } from './connection.ts'

export interface ParkedEvent extends Parked {
  /** `<partition>-<offset>`, followed by the document's id where only one user of the event is parked. */
  _id: string
  parkedAt: Date
  retriedAt: Date | null
}

export type ParkedEvents = ReturnType<typeof parkedEvents>

export function parkedEvents(mongo: Mongo) {
  const collection = mongo.db.collection<ParkedEvent>('parked_events')

  /** Parking the same again leaves the first note. */
  async function park(parked: readonly Parked[], session?: ClientSession): Promise<void> {
    for (const note of parked) {
      const _id = `${note.partition}-${note.offset}${note.document === null ? '' : `-${note.document}`}`
      await collection.updateOne(
        { _id },
        { $setOnInsert: { ...note, parkedAt: new Date(), retriedAt: null } },
        { upsert: true, ...(session === undefined ? {} : { session }) },
      )
    }
  }

  const list = (tenantId?: string) =>
    collection.find(tenantId === undefined ? {} : { tenantId }, { sort: { partition: 1, offset: 1 } }).toArray()
  const get = (id: string) => collection.findOne({ _id: id })
  const discard = async (id: string) => (await collection.deleteOne({ _id: id })).deletedCount === 1
  /** The notes of a tenant that was removed at `throughOffset`. */
  const forgetTenant = async (tenantId: string, throughOffset: number) =>
    void (await collection.deleteMany({ tenantId, offset: { $lte: throughOffset } }))
  const markRetried = async (id: string) =>
    void (await collection.updateOne({ _id: id }, { $set: { retriedAt: new Date() } }))
  const count = (tenantId?: string) => collection.countDocuments(tenantId === undefined ? {} : { tenantId })

  return { park, list, get, discard, forgetTenant, markRetried, count }
}
