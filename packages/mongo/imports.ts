// Imports as the importer carries them out and operators follow them: one open at a time per tenant (protocol P8). No input of any fold.
// A run writes only while it is the newest one: whoever took the partition over begins the import anew under the same id.
import type { ImportCounts, ImportReason, Needs } from '@hibob-sync/domain'
import type { Mongo } from './connection.ts'

export type ImportPhase = 'ids' | 'lists' | 'people' | 'missing'

/** How an import ended, before the log has been told and after. */
export interface ImportOutcome {
  state: 'completed' | 'failed'
  counts: ImportCounts
  drift: ImportDrift
  failure: { code: string; detail: string } | null
}

/** Known people who had changed though no webhook had told so, and in how many of them each HiBob field. */
export interface ImportDrift {
  people: number
  fields: { field: string; people: number }[]
}

/** What HiBob is asked for, and under which settings. */
export type ImportNeeds = Pick<Needs, 'version' | 'fields' | 'lists'>

export interface ImportDocument {
  _id: string
  tenantId: string
  partition: number
  /** Of the event that asked. */
  offset: number
  reason: ImportReason
  by: string
  requestedAt: Date
  state: 'requested' | 'running' | 'joined' | ImportOutcome['state']
  /** Absent once it is over. */
  open?: true
  /** The import that was open when this one was asked for. */
  joined: string | null
  cancelledBy: string | null
  run: string | null
  /** Of the newest run; absent before the first. */
  needs?: ImportNeeds
  /** Not to be begun before, ms. */
  dueAt: number
  startedAt: Date | null
  endedAt: Date | null
  phase: ImportPhase | null
  /** How many people HiBob's answer will hold. */
  expected: number | null
  counts: ImportCounts
  /** Why it waits, in words. */
  waiting: string | null
  outcome: ImportOutcome | null
  expireAt?: Date
}

export interface ImportDemand {
  importId: string
  tenantId: string
  reason: ImportReason
  by: string
  offset: number
  /** Log time, ms. */
  time: number
}

export type ImportProgress = Partial<Pick<ImportDocument, 'phase' | 'expected' | 'counts' | 'waiting'>>
export type Imports = ReturnType<typeof importStore>

export const noCounts: ImportCounts = { seen: 0, new: 0, changed: 0, unchanged: 0, notSeen: 0, unreadable: 0 }
const keptMs = 90 * 86_400_000

export function importStore(mongo: Mongo) {
  const collection = mongo.db.collection<ImportDocument>('imports')

  /** Idempotent. An import that is asked for while another of the tenant is open joins that one. */
  async function requested(partition: number, demand: ImportDemand): Promise<void> {
    for (;;) {
      if ((await collection.countDocuments({ _id: demand.importId })) > 0) return
      if (await inserted({ ...fresh(partition, demand), open: true })) return
      const open = await openOf(demand.tenantId)
      if (open === null || open._id === demand.importId) continue
      const ended = { state: 'joined' as const, joined: open._id, ...endNow() }
      if (await inserted({ ...fresh(partition, demand), ...ended })) return
    }
  }

  async function inserted(document: ImportDocument): Promise<boolean> {
    return collection.insertOne(document).then(
      () => true,
      error => {
        if ((error as { code?: number }).code === 11000) return false
        throw error
      },
    )
  }

  const due = (partitions: readonly number[], now: number) =>
    collection
      .find({ open: true, partition: { $in: [...partitions] }, dueAt: { $lte: now } }, { sort: { requestedAt: 1 } })
      .toArray()

  /** A new run begins; the former one can write nothing more. False when the import is over. */
  async function begin(importId: string, run: string, { version, fields, lists }: ImportNeeds): Promise<boolean> {
    // as it is: a path must not be taken for an expression
    const needs = { $literal: { version, fields, lists } }
    const start = { run, needs, state: 'running', phase: 'ids', expected: null, counts: noCounts, waiting: null }
    const startedAt = { $ifNull: ['$startedAt', '$$NOW'] }
    const result = await collection.updateOne({ _id: importId, open: true }, [{ $set: { ...start, startedAt } }])
    return result.matchedCount === 1
  }

  /** `lost`: the import is over, or another run has begun. */
  async function progress(
    importId: string,
    run: string,
    done: ImportProgress,
  ): Promise<'going' | 'cancelled' | 'lost'> {
    const found = await collection.findOneAndUpdate({ _id: importId, open: true, run }, { $set: done })
    if (found === null) return 'lost'
    return found.cancelledBy === null ? 'going' : 'cancelled'
  }

  /** Nothing is done about it before `dueAt`. */
  const postpone = async (importId: string, dueAt: number, waiting: string) =>
    void (await collection.updateOne({ _id: importId, open: true }, { $set: { dueAt, waiting } }))

  /** Whoever takes a partition over has a clock of its own: nothing is put off beyond `latest`. */
  const dueWithin = async (partition: number, latest: number) =>
    void (await collection.updateMany({ open: true, partition, dueAt: { $gt: latest } }, { $set: { dueAt: latest } }))

  /** How it ends is decided: from now on it can end in no other way. Returns what was decided first, or null when it is over. */
  async function conclude(importId: string, run: string, outcome: ImportOutcome): Promise<ImportOutcome | null> {
    await collection.updateOne({ _id: importId, open: true, run, outcome: null }, { $set: { outcome } })
    return (await collection.findOne({ _id: importId, open: true }))?.outcome ?? null
  }

  /** The log knows how it ended. */
  async function close(importId: string, { state, counts }: ImportOutcome): Promise<void> {
    const end = { state, counts, phase: null, waiting: null, ...endNow() }
    await collection.updateOne({ _id: importId, open: true }, { $set: end, $unset: { open: '' } })
  }

  /** Asks for the open import to end. Null when none is open. */
  const cancel = (tenantId: string, by: string) =>
    collection.findOneAndUpdate(
      { tenantId, open: true },
      { $set: { cancelledBy: by, dueAt: 0 } },
      { returnDocument: 'after' },
    )

  const get = (importId: string) => collection.findOne({ _id: importId })
  const openOf = (tenantId: string) => collection.findOne({ tenantId, open: true })
  /** The newest of a tenant that joined no other. */
  const newest = (tenantId: string) =>
    collection.findOne({ tenantId, joined: null }, { sort: { requestedAt: -1, offset: -1 } })
  const newestCompleted = (tenantId: string) =>
    collection.findOne({ tenantId, state: 'completed' }, { sort: { requestedAt: -1, offset: -1 } })
  const forgetTenant = async (tenantId: string, throughOffset: number) =>
    void (await collection.deleteMany({ tenantId, offset: { $lte: throughOffset } }))

  return {
    requested,
    due,
    begin,
    progress,
    postpone,
    dueWithin,
    conclude,
    close,
    cancel,
    get,
    openOf,
    newest,
    newestCompleted,
    forgetTenant,
  }
}

function fresh(partition: number, { importId, tenantId, reason, by, offset, time }: ImportDemand): ImportDocument {
  return {
    _id: importId,
    tenantId,
    partition,
    offset,
    reason,
    by,
    requestedAt: new Date(time),
    state: 'requested',
    joined: null,
    cancelledBy: null,
    run: null,
    dueAt: 0,
    startedAt: null,
    endedAt: null,
    phase: null,
    expected: null,
    counts: noCounts,
    waiting: null,
    outcome: null,
  }
}

const endNow = () => ({ endedAt: new Date(), expireAt: new Date(Date.now() + keptMs) })
