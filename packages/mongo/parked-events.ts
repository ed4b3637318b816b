// Events, or users of an event in slices, whose fold failed: kept with the cause until somebody has dealt with them. A note belongs to the
// generation in whose fold it was parked and goes with it; what is listed is of the generation that readers see, so that a switch changes both.
import type { Parked } from '@hibob-sync/domain'
import type { AnyBulkWriteOperation, ClientSession, Document } from 'mongodb'
import type { Mongo } from './connection.ts'

export interface ParkedEvent extends Parked {
  /** `<tenant>/<generation>/<id>`. */
  _id: string
  /** `<partition>-<offset>`, followed by the user's id where only one user of the event is parked. */
  id: string
  parkedAt: Date
  retriedAt: Date | null
}

export type ParkedEvents = ReturnType<typeof parkedEvents>

export const parkedCollection = 'parked_events'

export function parkedEvents(mongo: Mongo) {
  const collection = mongo.db.collection<ParkedEvent>(parkedCollection)

  /** Parking the same again leaves the first note. */
  async function park(parked: readonly Parked[], session?: ClientSession): Promise<void> {
    if (parked.length === 0) return
    const operations = parked.map(noteOperation) as AnyBulkWriteOperation<ParkedEvent>[]
    await collection.bulkWrite(operations, { ordered: false, ...(session === undefined ? {} : { session }) })
  }

  const live = (filter: Document, ...stages: Document[]) =>
    collection.aggregate<ParkedEvent>([
      { $match: filter },
      { $lookup: { from: 'tenants', localField: 'tenantId', foreignField: '_id', as: 'tenant' } },
      { $match: { $expr: { $eq: ['$generation', { $ifNull: [{ $first: '$tenant.generation' }, 1] }] } } },
      { $unset: 'tenant' },
      ...stages,
    ])
  const of = (tenantId: string | undefined) => (tenantId === undefined ? {} : { tenantId })

  const list = (tenantId?: string) => live(of(tenantId), { $sort: { partition: 1, offset: 1, id: 1 } }).toArray()
  const get = async (id: string) => (await live({ id }).toArray())[0] ?? null
  /** A rollback does not bring it back. */
  const discard = async (id: string) => (await collection.deleteMany({ id })).deletedCount > 0
  /** The notes of a tenant that was removed at `throughOffset`. */
  const forgetTenant = async (tenantId: string, throughOffset: number) =>
    void (await collection.deleteMany({ tenantId, offset: { $lte: throughOffset } }))
  const markRetried = async (id: string) =>
    void (await collection.updateMany({ id }, { $set: { retriedAt: new Date() } }))

  async function count(tenantId?: string): Promise<number> {
    const counted = await live(of(tenantId), { $count: 'notes' }).toArray()
    return (counted[0] as { notes?: number } | undefined)?.notes ?? 0
  }

  return { park, list, get, discard, forgetTenant, markRetried, count }
}

/** Stores a note where there is none yet. */
export function noteOperation(parked: Parked): AnyBulkWriteOperation<{ _id: string }> {
  const { tenantId, generation, partition, offset, document } = parked
  const user = document?.split('/').slice(2).join('/')
  const id = `${partition}-${offset}${user === undefined ? '' : `-${user}`}`
  const note = { ...parked, id, parkedAt: new Date(), retriedAt: null }
  return {
    updateOne: { filter: { _id: `${tenantId}/${generation}/${id}` }, update: { $setOnInsert: note }, upsert: true },
  }
}
