// Folds a stretch of one partition's log: loaded documents + records → documents to write, changes to publish, where it ended.
// Pure: the same records over the same documents give the same result however they are cut into batches.
// Invariants: no batch touches more than `touchesMax` documents; an event is folded whole, parked whole, or left to slices.
import type { Change } from './changes.ts'
import type { TenantScope } from './documents.ts'
import { documentId } from './documents.ts'
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
}
export const batchLimits: BatchLimits = { touchesMax: 1000, inlineReportsMax: 200 }

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
  }
  let isFirst = true

  function add(decoded: Decoded): boolean {
    const { offset } = decoded.record
    if (isFirst) batch.next = startOf(offset)
    set.begin()
    const before = { changes: batch.changes.length, due: batch.due.length, parked: batch.parked.length }
    const outcome = foldRecord(decoded, set, batch, scopeOf, limits)
    const tooLarge = touches(set, batch) > limits.touchesMax
    if (outcome === 'wide' || tooLarge) {
      undo(set, batch, before)
      batch.slicesNext = outcome === 'wide' || isFirst
      return false
    }
    isFirst = false
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

function touches(set: WorkingSet, batch: Batch): number {
  return set.size() + batch.changes.length + batch.due.length + batch.parked.length + 1
}

function undo(set: WorkingSet, batch: Batch, to: { changes: number; due: number; parked: number }): void {
  set.rollback()
  batch.changes.length = to.changes
  batch.due.length = to.due
  batch.parked.length = to.parked
}
