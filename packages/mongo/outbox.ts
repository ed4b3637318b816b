// The outbox: changes as they were committed with the documents they tell of, in the order in which they are sent.
// A document's `_id` is partition/offset/step/index/topic with padded numbers, so that a range of ids is a range of the outbox;
// the index counts an event's changes within the step, so that they are sent again in the order in which they were made.
import type { Change, ChangeTopic } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import type { Published } from './projector-checkpoint.ts'

/** A change as it waits to be sent; `offset` and `step` tell the transaction that committed it. */
export interface OutboxChange {
  tenantId: string
  topic: ChangeTopic
  key: string
  offset: number
  step: number
  value: string | null
  tombstone: boolean
  /** When it was committed together with the documents it tells of, on the projector's clock; null for those of earlier releases. */
  foldedAt: Date | null
}

/** What is stored: partition, step and topic are in the `_id`, the change's own id is in its value. */
export interface ChangeDocument {
  _id: string
  tenantId: string
  key: string
  offset: number
  value: string | null
  tombstone?: true
  foldedAt?: Date
  /** Set for the changes of a removed tenant: MongoDB removes them by then. */
  expireAt?: Date
}

export type Outbox = ReturnType<typeof outbox>

export const changeCollection = (mongo: Mongo) => mongo.db.collection<ChangeDocument>('changes')

/** `changes` as one transaction commits them; `stepOf` gives the step that it completes of the event at an offset. */
export function changeDocuments(
  partition: number,
  stepOf: (offset: number) => number,
  changes: readonly Change[],
): ChangeDocument[] {
  let index = 0
  let step = ''
  const foldedAt = new Date()
  return changes.map(({ tenantId, topic, key, offset, value, tombstone }, at) => {
    const first = changes[at - 1]?.offset !== offset
    index = first ? 0 : index + 1
    if (first) step = stepId(partition, offset, stepOf(offset))
    const _id = `${step}/${pad(index, 4)}/${topic}`
    const document = { _id, tenantId, key, offset, value, foldedAt }
    return tombstone ? { ...document, tombstone } : document
  })
}

export function outboxChange({ _id, tenantId, key, offset, value, tombstone, foldedAt }: ChangeDocument): OutboxChange {
  const [, , step, , topic] = _id.split('/', 5)
  return {
    tenantId,
    topic: topic as ChangeTopic,
    key,
    offset,
    step: Number(step),
    value,
    tombstone: tombstone ?? false,
    foldedAt: foldedAt ?? null,
  }
}

export function outbox(mongo: Mongo) {
  const collection = changeCollection(mongo)

  /** The changes after `published`, oldest first, at most `limit`. */
  async function unsent(partition: number, published: Published, limit: number): Promise<OutboxChange[]> {
    const found = collection.find({ _id: rangeAfter(partition, published) }, { sort: { _id: 1 }, limit })
    return (await found.toArray()).map(outboxChange)
  }

  /** A key's newest change up to `published`, or null. */
  async function newest(
    topic: ChangeTopic,
    tenantId: string,
    key: string,
    published: Published,
  ): Promise<OutboxChange | null> {
    const filter = { tenantId, key, offset: { $lte: published.offset } }
    for await (const document of collection.find(filter, { sort: { offset: -1 } })) {
      const change = outboxChange(document)
      // a user and a team may bear the same id, and so the same key on their topics
      if (change.topic === topic) return change
    }
    return null
  }

  /** A tenant's newest changes, newest first. */
  async function latest(partition: number, tenantId: string, limit: number): Promise<OutboxChange[]> {
    const range = { _id: { $gt: `${pad(partition, 3)}/`, $lt: `${pad(partition, 3)}/~` } }
    const found = await collection.find({ ...range, tenantId }, { sort: { _id: -1 }, limit }).toArray()
    return found.map(outboxChange)
  }

  /** How many changes wait to be sent. */
  async function unsentCount(partition: number, published: Published): Promise<number> {
    return collection.countDocuments({ _id: rangeAfter(partition, published) })
  }

  /** Lets the history of a removed tenant up to `offset` go at `expireAt`; until then it can still be sent. */
  async function retire(tenantId: string, offset: number, expireAt: Date): Promise<void> {
    await collection.updateMany({ tenantId, offset: { $lte: offset } }, { $set: { expireAt } })
  }

  return { unsent, newest, latest, unsentCount, retire }
}

// `~` sorts behind every digit and slash; an offset of -1 says that nothing has been published
function rangeAfter(partition: number, { offset, step }: Published): { $gt: string; $lt: string } {
  const prefix = `${pad(partition, 3)}/`
  return { $gt: offset < 0 ? prefix : `${stepId(partition, offset, step)}/~`, $lt: `${prefix}~` }
}

/** The part of the outbox that follows from `fromOffset` and later events. */
export function outboxRange(partition: number, fromOffset: number): { $gte: string; $lt: string } {
  return { $gte: `${pad(partition, 3)}/${pad(fromOffset, 20)}/`, $lt: `${pad(partition, 3)}/~` }
}

function stepId(partition: number, offset: number, step: number): string {
  return `${pad(partition, 3)}/${pad(offset, 20)}/${pad(step, 6)}`
}

const pad = (value: number, width: number) => String(value).padStart(width, '0')
