// All that the database holds about one person of a tenant: documents of the live generation, what is due, parked and told. Each by key.
import {
  documentId,
  listStateId,
  type PersonTrace,
  personTraceId,
  type TenantState,
  tenantStateId,
  type UserDocument,
} from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'
import { type ChangeDocument, changeCollection, type OutboxChange, outboxChange } from './outbox.ts'
import { type ParkedEvent, parkedCollection } from './parked-events.ts'
import type { DatedDemand, PendingRead } from './pending-reads.ts'
import { fromStoredUser } from './stored-user.ts'

export interface PersonNotes {
  user: UserDocument | null
  trace: PersonTrace | null
  tenantState: TenantState | null
  pending: PendingRead | null
  dated: DatedDemand[]
  parked: ParkedEvent[]
  /** How many parked events of the tenant are about no person. */
  parkedOthers: number
  /** The changes of the events that gave the user its present values, and the newest, oldest first. */
  changes: OutboxChange[]
}

/** A list and the id of an item that it may hold. */
export interface WantedItem {
  list: string
  item: string
}

export type PersonReader = ReturnType<typeof personNotes>

const datedMax = 20
const parkedMax = 20

export function personNotes(mongo: Mongo) {
  const { db } = mongo

  async function of(tenantId: string, generation: number, userId: string): Promise<PersonNotes> {
    const scope = { tenantId, generation }
    const userDocumentId = documentId(scope, userId)
    const [stored, trace, tenantState, pending, dated, parked, parkedOthers] = await Promise.all([
      db.collection<UserDocument>('users').findOne({ _id: userDocumentId }),
      db.collection<PersonTrace>('tenant_states').findOne({ _id: personTraceId(scope, userId) }),
      db.collection<TenantState>('tenant_states').findOne({ _id: tenantStateId(scope) }),
      db.collection<PendingRead>('pending_reads').findOne({ _id: `${tenantId}/${userId}` }),
      datedOf(`${tenantId}/${userId}/`),
      db
        .collection<ParkedEvent>(parkedCollection)
        .find({ tenantId, generation, $or: [{ employeeId: userId }, { document: userDocumentId }] })
        .sort({ offset: -1 })
        .limit(parkedMax)
        .toArray(),
      db
        .collection<ParkedEvent>(parkedCollection)
        .countDocuments({ tenantId, generation, employeeId: null, document: null }),
    ])
    const user = stored === null ? null : fromStoredUser(stored)
    const offsets = user?.provenance.map(({ offset }) => offset) ?? []
    return {
      user,
      trace,
      tenantState,
      pending,
      dated,
      parked,
      parkedOthers,
      changes: await changesOf(tenantId, userId, offsets),
    }
  }

  const datedOf = (prefix: string) =>
    db
      .collection<DatedDemand & { _id: string }>('dated_reads')
      .find({ _id: { $gt: prefix, $lt: `${prefix}~` } })
      .sort({ _id: 1 })
      .limit(datedMax)
      .toArray()

  async function changesOf(tenantId: string, userId: string, offsets: number[]): Promise<OutboxChange[]> {
    const filter = { tenantId, key: `${tenantId}/${userId}` }
    const collection = changeCollection(mongo)
    // a team may bear the same id: its changes have the same key on their own topic
    const ofUser = (found: ChangeDocument[]) => found.map(outboxChange).filter(({ topic }) => topic === 'users')
    const named = ofUser(await collection.find({ ...filter, offset: { $in: offsets } }).toArray())
    const newest = ofUser(await collection.find(filter, { sort: { offset: -1 }, limit: 2 }).toArray())
    const isNew = ({ offset }: OutboxChange) => !offsets.includes(offset)
    return [...named, ...newest.filter(isNew).slice(0, 1)].sort((a, b) => a.offset - b.offset)
  }

  /** The names that the company's lists give these items, by `<list>/<item>`; an item that no list has named is not in it. */
  async function itemNames(
    tenantId: string,
    generation: number,
    wanted: readonly WantedItem[],
  ): Promise<Map<string, string | null>> {
    const states = db.collection<{ _id: string; items: { id: string; name: string | null }[] }>('tenant_states')
    const names = new Map<string, string | null>()
    for (const { list, item } of wanted) {
      const found = await states.findOne(
        { _id: listStateId({ tenantId, generation }, list) },
        { projection: { items: { $elemMatch: { id: item } } } },
      )
      for (const { id, name } of found?.items ?? []) names.set(`${list}/${id}`, name)
    }
    return names
  }

  return { of, itemNames }
}
