// The outbox: changes as they were committed with the documents they tell of, in the order in which they are sent.
// A document's `_id` is partition/offset/step/index/topic with padded numbers, so that a range of ids is a range of the outbox;
// the index counts an event's changes within the step, so that they are sent again in the order in which they were made.
import type { Change, ChangeTopic } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { type Published, projectorCheckpointCollection } from './projector-checkpoint.ts'
import { undeliveredChanges, undeliveredId } from './undelivered-changes.ts'

/** A change as it waits to be sent; `offset` and `step` tell the transaction that committed it. */
export interface OutboxChange {
  /** Its place in the outbox. */
  place: string
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
  /** Set for the changes of a removed tenant: from then on they go, once they are delivered. */
  retireAt?: Date
}

/** Nearly always the first is the one; each holds a whole user. */
const newestAtOnce = 2
const removedAtOnce = 1000

export type Outbox = ReturnType<typeof outbox>

export const changeCollectionName = 'changes'
export const changeCollection = (mongo: Mongo) => mongo.db.collection<ChangeDocument>(changeCollectionName)

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
    place: _id,
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

  /** The changes after `after`, a step or a place, oldest first: at most `limit`, and no more than one beyond `charactersMax` of values. */
  async function unsent(
    partition: number,
    after: Published | string,
    limit: number,
    charactersMax = Number.POSITIVE_INFINITY,
  ): Promise<OutboxChange[]> {
    const changes: OutboxChange[] = []
    let characters = 0
    for await (const document of collection.find({ _id: rangeAfter(partition, after) }, { sort: { _id: 1 }, limit })) {
      changes.push(outboxChange(document))
      characters += document.value?.length ?? 0
      if (characters >= charactersMax) break
    }
    return changes
  }

  /** A key's newest change up to a step, or null. */
  async function newest(
    topic: ChangeTopic,
    tenantId: string,
    key: string,
    through: Published,
  ): Promise<OutboxChange | null> {
    const filter = { tenantId, key, offset: { $lte: through.offset } }
    let found: OutboxChange | null = null
    for await (const document of collection.find(filter, { sort: { offset: -1 }, batchSize: newestAtOnce })) {
      const change = outboxChange(document)
      if (found !== null && change.offset < found.offset) break
      const isLater = change.offset === through.offset && change.step > through.step
      // a user and a team may bear the same id, and so the same key on their topics
      if (change.topic === topic && !isLater && change.place > (found?.place ?? '')) found = change
    }
    return found
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

  /** Lets the history of a removed tenant up to `offset` go from `retireAt` on; until then it can still be sent. */
  async function retire(tenantId: string, offset: number, retireAt: Date): Promise<void> {
    await collection.updateMany({ tenantId, offset: { $lte: offset } }, { $set: { retireAt } })
  }

  /** Removes what was retired and has had its time at `now`, but for changes that are not sent yet, and keys with an undelivered change. */
  async function removeRetired(now: Date): Promise<void> {
    const checkpoints = await projectorCheckpointCollection(mongo).find({ consumer: 'projector' }).toArray()
    for (const { partition, published } of checkpoints) {
      const range = { $gt: `${pad(partition, 3)}/`, $lte: endOf(partition, published) }
      const options = { projection: { value: 0 }, hint: 'retired' }
      let retired: ChangeDocument[] = []
      for await (const document of collection.find({ _id: range, retireAt: { $lte: now } }, options)) {
        retired.push(document)
        if (retired.length < removedAtOnce) continue
        await removeDelivered(retired)
        retired = []
      }
      await removeDelivered(retired)
    }
  }

  async function removeDelivered(found: readonly ChangeDocument[]): Promise<void> {
    if (found.length === 0) return
    const noteOf = (document: ChangeDocument) => undeliveredId(outboxChange(document))
    const noted = new Set((await undeliveredChanges(mongo).find(found.map(noteOf))).map(({ _id }) => _id))
    const gone = found.filter(document => !noted.has(noteOf(document))).map(({ _id }) => _id)
    await collection.deleteMany({ _id: { $in: gone } })
  }

  return { unsent, newest, latest, unsentCount, retire, removeRetired }
}

// `~` sorts behind every digit and slash; an offset of -1 says that nothing has been published
function rangeAfter(partition: number, after: Published | string): { $gt: string; $lt: string } {
  const prefix = `${pad(partition, 3)}/`
  return { $gt: typeof after === 'string' ? after : endOf(partition, after), $lt: `${prefix}~` }
}

/** Where the changes up to a step end. */
const endOf = (partition: number, { offset, step }: Published) =>
  offset < 0 ? `${pad(partition, 3)}/` : `${stepId(partition, offset, step)}/~`

/** The part of the outbox that follows from `fromOffset` and later events. */
export function outboxRange(partition: number, fromOffset: number): { $gte: string; $lt: string } {
  return { $gte: `${pad(partition, 3)}/${pad(fromOffset, 20)}/`, $lt: `${pad(partition, 3)}/~` }
}

function stepId(partition: number, offset: number, step: number): string {
  return `${pad(partition, 3)}/${pad(offset, 20)}/${pad(step, 6)}`
}

const pad = (value: number, width: number) => String(value).padStart(width, '0')
