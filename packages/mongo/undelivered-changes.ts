// Changes that Kafka refuses by themselves, such as one that is larger than its topic takes: one note a key, of its newest change that was
// refused. A note belongs to no generation, and goes when that change or a newer one of the key is delivered. The change itself is in the outbox.
import type { ChangeTopic } from '@hibob-sync/domain'
import type { Document } from 'mongodb'
import type { Mongo } from './connection.ts'

export interface UndeliveredChange {
  /** `<topic>/<record key>`, such as `users/acme/3400000000000000001`: a key's notes come and go under one id. */
  _id: string
  partition: number
  tenantId: string
  topic: ChangeTopic
  /** Record key: `tenant/user` or `tenant/team`. */
  key: string
  /** Of the event that the change follows from. */
  offset: number
  /** Of the record's value. */
  bytes: number
  /** What Kafka answered, such as MESSAGE_TOO_LARGE. */
  cause: string
  /** When it was first refused, and when last. */
  refusedAt: Date
  triedAt: Date
  tries: number
}

export type RefusedChange = Omit<UndeliveredChange, '_id' | 'refusedAt' | 'triedAt' | 'tries'>
export type UndeliveredChanges = ReturnType<typeof undeliveredChanges>

type KeyOfNote = Pick<UndeliveredChange, 'topic' | 'key'>

export const undeliveredCollection = 'undelivered_changes'

export const undeliveredId = ({ topic, key }: KeyOfNote) => `${topic}/${key}`

/** The id of the person or team. */
export const subjectOf = ({ tenantId, key }: Pick<UndeliveredChange, 'tenantId' | 'key'>) =>
  key.slice(tenantId.length + 1)

export function undeliveredChanges(mongo: Mongo) {
  const collection = mongo.db.collection<UndeliveredChange>(undeliveredCollection)

  /** Notes changes as refused now; may be repeated. A note on a newer change of the key stays as it is. */
  async function note(refused: readonly RefusedChange[]): Promise<void> {
    if (refused.length === 0) return
    const now = new Date()
    await collection.bulkWrite(
      refused.map(change => ({
        updateOne: { filter: { _id: undeliveredId(change) }, update: noted(change, now), upsert: true },
      })),
      { ordered: false },
    )
  }

  /** The key's note goes, unless it is on a change after `offset`. */
  async function delivered(changes: readonly (KeyOfNote & { offset: number })[]): Promise<void> {
    if (changes.length === 0) return
    const operations = changes.map(change => ({
      deleteOne: { filter: { _id: undeliveredId(change), offset: { $lte: change.offset } } },
    }))
    await collection.bulkWrite(operations, { ordered: false })
  }

  const ofPartition = (partition: number) => collection.find({ partition }).toArray()
  /** Those that were tried longest ago, before `before`. */
  const due = (partition: number, before: Date, limit: number) =>
    collection.find({ partition, triedAt: { $lt: before } }, { sort: { triedAt: 1 }, limit }).toArray()
  const get = (id: string) => collection.findOne({ _id: id })
  const find = (ids: readonly string[]) => collection.find({ _id: { $in: [...ids] } }).toArray()
  const list = (tenantId?: string, limit = 0) =>
    collection.find(of(tenantId), { sort: { partition: 1, offset: 1, _id: 1 }, limit }).toArray()
  const count = (tenantId?: string) => collection.countDocuments(of(tenantId))
  const discard = async (id: string) => (await collection.deleteOne({ _id: id })).deletedCount > 0
  const of = (tenantId: string | undefined) => (tenantId === undefined ? {} : { tenantId })

  return { note, delivered, ofPartition, due, get, find, list, count, discard }
}

function noted(change: RefusedChange, now: Date): Document[] {
  const isSame = { $eq: ['$offset', change.offset] }
  return [
    {
      $replaceWith: {
        $cond: [
          { $gt: ['$offset', change.offset] },
          '$$ROOT',
          {
            $mergeObjects: [
              { _id: '$_id' },
              // ids are other people's texts
              { $literal: change },
              {
                refusedAt: { $cond: [isSame, '$refusedAt', now] },
                triedAt: now,
                tries: { $cond: [isSame, { $add: ['$tries', 1] }, 1] },
              },
            ],
          },
        ],
      },
    },
  ]
}
