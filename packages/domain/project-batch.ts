// Folds a stretch of one partition's log: loaded documents + records → documents to write, changes to publish, where it ended.
// Pure: the same records over the same documents give the same result however they are cut into batches.
// Invariants: no batch touches more than `touchesMax` documents; an event is folded whole, parked whole, or left to slices.
import type { Change } from './changes.ts'
import type { TenantScope } from './documents.ts'
import { documentId } from './documents.ts'
import { isEarlyDayEvent } from './early-day.ts'
import type { Decoded } from './event-codec.ts'
import type { DueReading, FoldContext } from './fold/fold-context.ts'
import { foldEvent, type Reached } from './fold/fold-event.ts'
import { refreshUser } from './fold/store-user.ts'
import { type Parked, parkedBy } from './parking.ts'
import { type Position, startOf } from './position.ts'
import { type Lack, type Loaded, type WorkingSet, type Writes, workOn } from './working-set.ts'

export interface BatchLimits {
  touchesMax: number
  /** A manager with more reports than this is followed in slices. */
  inlineReportsMax: number
  /** Of the texts of records and changes together, which stand for what a transaction stores. Without it no change is written down. */
  bytesMax?: number
}
export const batchLimits: BatchLimits = { touchesMax: 1000, inlineReportsMax: 200 }
/** MongoDB's transactions are bounded in bytes too, by its cache. */
export const transactionLimits = { ...batchLimits, bytesMax: 16 * 1024 * 1024 } as const

export interface Batch {
  /** When not empty the result is void: load these and fold again. */
  lacks: Lack[]
  writes: Writes
  changes: Change[]
  parked: Parked[]
  due: DueReading[]
  next: Position
  /** The next event reaches too far for a batch: fold it in slices. */
  slicesNext: boolean
  /** Events of types that this release does not know. */
  unknown: number
  /** Days that had not begun anywhere when they were announced: passed over. */
  earlyDays: number
}

/** `records` are in log order and of one partition; `scopeOf` gives a tenant's generation. */
export function projectBatch(
  loaded: Loaded,
  records: readonly Decoded[],
  scopeOf: (tenantId: string) => TenantScope,
  limits = batchLimits,
): Batch {
  const { batch, add } = beginBatch(loaded, scopeOf, limits)
  for (const decoded of records) if (!add(decoded)) break
  return batch
}

/** The same, record by record, so that the caller can let others have their turn: `add` returns false when the batch ends before the record. */
export function beginBatch(loaded: Loaded, scopeOf: (tenantId: string) => TenantScope, limits = batchLimits) {
  const set = workOn(loaded)
  const batch: Batch = {
    lacks: set.lacks,
    writes: set.writes,
    changes: [],
    parked: [],
    due: [],
    next: startOf(0),
    slicesNext: false,
    unknown: 0,
    earlyDays: 0,
  }
  const changeSize = changeSizes(batch.changes)
  const isTooLarge = (records: number) =>
    // what lacks documents is void, and its texts need not be made
    limits.bytesMax !== undefined && batch.lacks.length === 0 && records + changeSize() > limits.bytesMax
  let recordSize = 0
  let isFirst = true

  function add(decoded: Decoded): boolean {
    const { offset } = decoded.record
    if (isFirst) batch.next = startOf(offset)
    set.begin()
    const before = { changes: batch.changes.length, due: batch.due.length, parked: batch.parked.length }
    const outcome = foldRecord(decoded, set, batch, scopeOf, limits)
    const bytes = recordSize + (decoded.record.value?.length ?? 0)
    const tooLarge = touches(set, batch) > limits.touchesMax || isTooLarge(bytes)
    if (outcome === 'wide' || tooLarge) {
      undo(set, batch, before)
      batch.slicesNext = outcome === 'wide' || isFirst
      return false
    }
    isFirst = false
    recordSize = bytes
    batch.next = startOf(offset + 1)
    return true
  }

  return { batch, add }
}

function foldRecord(
  decoded: Decoded,
  set: WorkingSet,
  batch: Batch,
  scopeOf: (tenantId: string) => TenantScope,
  limits: BatchLimits,
): 'folded' | 'wide' {
  const marks = { changes: batch.changes.length, due: batch.due.length, parked: batch.parked.length }
  const { record, event } = decoded
  try {
    if (event === null) {
      if ('failure' in decoded) throw decoded.failure
      batch.unknown++
      return 'folded'
    }
    if (isEarlyDayEvent(record, event)) batch.earlyDays++
    const context: FoldContext = {
      record,
      event,
      scope: scopeOf(record.key),
      set,
      changes: batch.changes,
      due: batch.due,
    }
    return followReach(context, foldEvent(context), limits)
  } catch (error) {
    undo(set, batch, marks)
    batch.parked.push(parkedBy(error, record, event, null, scopeOf(record.key)))
    return 'folded'
  }
}

/** Few reports are brought level at once; everything that reaches further is left to slices. */
function followReach(context: FoldContext, reach: Reached, limits: BatchLimits): 'folded' | 'wide' {
  if (reach === null) return 'folded'
  if (reach === 'everyone' || reach.items !== undefined || reach.reportsOf === undefined) return 'wide'
  const { set, scope } = context
  const manager = documentId(scope, reach.reportsOf)
  if ((set.get('managers', manager)?.manager.report_count ?? 0) > limits.inlineReportsMax) return 'wide'
  const reports = set.reportsOf(manager)
  for (const id of [...(reports ?? [])].sort()) {
    const report = set.get('users', id)
    if (report !== null && id !== manager) refreshUser(context, report)
  }
  return 'folded'
}

/**
 * How many bytes a growing list of changes takes in a transaction, about: each is stored as a text, and holds the user that is stored
 * with it. The texts are made once, and stored as they are.
 */
export function changeSizes(changes: readonly Change[]): () => number {
  let size = 0
  let measured = 0
  return () => {
    for (; measured < changes.length; measured++) size += 2 * (changes[measured]?.value?.length ?? 0)
    return size
  }
}

function touches(set: WorkingSet, batch: Batch): number {
  return set.size() + batch.changes.length + batch.due.length + batch.parked.length + 1
}

function undo(set: WorkingSet, batch: Batch, to: { changes: number; due: number; parked: number }): void {
  set.rollback()
  batch.changes.length = to.changes
  batch.due.length = to.due
  batch.parked.length = to.parked
}
