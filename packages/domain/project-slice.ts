// Folds an event that reaches too far for one transaction, slice by slice in order of document ids (protocol P5).
// Each slice is a transaction of its own; the position between two slices holds the phase and the last document done.
import { teamChange, teamRemoved, userChange } from './changes.ts'
import type { TenantScope, TenantState } from './documents.ts'
import type { DomainError } from './domain-error.ts'
import type { EventType, HibobEvent, LogRecord } from './events.ts'
import type { FoldContext } from './fold/fold-context.ts'
import { foldEvent } from './fold/fold-event.ts'
import { decideHeld, foldDue, reckonUser } from './fold/settings-fold.ts'
import { refreshUser } from './fold/store-user.ts'
import { refreshTeam } from './fold/team-fold.ts'
import { parkedBy } from './parking.ts'
import { type Position, startOf } from './position.ts'
import { type Batch, changeSizes } from './project-batch.ts'
import { type Phase, phasesOf, type UserSelector, usersReadIn } from './reach.ts'
import { type Loaded, type WorkingSet, workOn } from './working-set.ts'

/** What the next slice folds. Of `users` those of the selector, else all of the phase's documents, with ids greater than `after`. */
export interface SlicePlan {
  event: HibobEvent
  phase: Phase
  after: string | null
  users: UserSelector
}

/** `state`: the tenant's, as the slices before have left it. */
export function planSlice(event: HibobEvent, position: Position, state: TenantState | null): SlicePlan {
  const [phase, after] = position.after === null ? (['head', null] as const) : parseAfter(position.after)
  const reached = state?.reached?.offset === position.offset ? state.reached.managers : []
  return { event, phase, after, users: usersReadIn(phase, event, reached) }
}

/**
 * `page`: ids of the phase's next documents in order, all of them loaded; `last`: the phase has no more after them.
 * The head has no page. A document whose fold throws is parked by itself, and the slice goes on.
 */
export function projectSlice(
  loaded: Loaded,
  record: LogRecord,
  plan: SlicePlan,
  position: Position,
  scope: TenantScope,
  page: readonly string[],
  last: boolean,
  bytesMax?: number,
): Batch {
  const slice = beginSlice(loaded, record, plan, position, scope, page, last, bytesMax)
  for (const step of slice.steps) if (!slice.fold(step)) break
  return slice.end()
}

export type Slice = ReturnType<typeof beginSlice>

/**
 * The same, step by step, so that the caller can let others have their turn. `fold` returns false when the slice ends after the step:
 * its changes have `bytesMax` bytes, and the next slice goes on from there.
 */
export function beginSlice(
  loaded: Loaded,
  record: LogRecord,
  plan: SlicePlan,
  position: Position,
  scope: TenantScope,
  page: readonly string[],
  last: boolean,
  bytesMax?: number,
) {
  const set = workOn(loaded)
  const batch: Batch = {
    lacks: set.lacks,
    writes: set.writes,
    changes: [],
    parked: [],
    due: [],
    next: position,
    slicesNext: true,
    unknown: 0,
    earlyDays: 0,
  }
  const context: FoldContext = {
    record,
    event: plan.event,
    scope,
    set,
    changes: batch.changes,
    due: batch.due,
    looksForCircles: changesManagers.has(plan.event.type),
  }
  const { phase } = plan
  const steps: readonly (string | null)[] = phase === 'head' ? [null] : page
  const size = changeSizes(batch.changes)
  let done = 0
  let isParked = false

  function fold(id: string | null): boolean {
    return take(id, () => (phase === 'head' || id === null ? foldEvent(context) : foldDocument(context, phase, id)))
  }

  /** Instead of folding it: what it would store cannot be. */
  function park(id: string | null, error: DomainError): void {
    take(id, () => {
      throw error
    })
  }

  function take(id: string | null, act: () => unknown): boolean {
    isParked = attempt(context, batch, id, act)
    done++
    return bytesMax === undefined || batch.lacks.length > 0 || size() < bytesMax
  }

  function end(): Batch {
    batch.next = following()
    batch.slicesNext = batch.next.offset === record.offset
    return batch
  }

  function following(): Position {
    if (phase === 'head' && isParked) return startOf(record.offset + 1)
    if (phase === 'head' || (last && done === page.length)) return nextPhase(record, plan, position)
    return { offset: record.offset, step: position.step + 1, after: `${phase}:${page[done - 1] ?? ''}` }
  }

  return { steps, fold, park, end }
}

/** Of many people at once, while a slice writes no user but its own. */
const changesManagers = new Set<EventType>(['tenant.settings.changed', 'tenant.hold.approved'])

function foldDocument(context: FoldContext, phase: Phase, id: string): void {
  const { event, set } = context
  if (event.type === 'tenant.removed') return removeDocument(context, phase, id)
  if (phase === 'teams') return foldTeam(context, set, id)
  const user = set.get('users', id)
  if (user === null) return
  if (phase === 'reckon') return reckonUser(context, user)
  if (phase === 'reports') return void refreshUser(context, user)
  switch (event.type) {
    case 'tenant.resend.requested':
      if (!user.standing?.hidden) context.changes.push(userChange(context, 'resent', user.user, []))
      return
    case 'tenant.day.began':
      return foldDue(of(context, event.type), user)
    case 'tenant.hold.approved':
    case 'tenant.hold.rejected':
      return decideHeld(of(context, event.type), user)
    default:
      if (id !== ownDocument(context)) refreshUser(context, user)
  }
}

function foldTeam(context: FoldContext, set: WorkingSet, id: string): void {
  const team = set.get('teams', id)
  if (team === null) return
  const { event } = context
  if (event.type === 'tenant.resend.requested') {
    if (event.data.teamIds?.includes(team.team.id) ?? true)
      context.changes.push(teamChange(context, 'resent', team.team, []))
  } else refreshTeam(context, team)
}

function removeDocument(context: FoldContext, phase: Phase, id: string): void {
  const { set } = context
  if (phase === 'users') {
    const user = set.get('users', id)
    if (user !== null && !user.standing?.hidden)
      context.changes.push(userChange(context, 'deleted', { ...user.user, status: 'deleted' }, [], true))
    set.set('users', id, null)
  } else if (phase === 'teams') {
    const team = set.get('teams', id)
    if (team !== null) context.changes.push(teamRemoved(context, team.team.id))
    set.set('teams', id, null)
  } else {
    set.set(phase === 'managers' ? 'managers' : 'states', id, null)
  }
}

function of<T extends EventType>(context: FoldContext, _type: T): FoldContext<T> {
  return context as unknown as FoldContext<T>
}

/** The person the event is about was folded with the head: no second change of one key for one event. */
function ownDocument({ event, scope }: FoldContext): string | null {
  const data = event.data as { employeeId?: string | null }
  return data.employeeId ? `${scope.tenantId}/${scope.generation}/${data.employeeId}` : null
}

function attempt(context: FoldContext, batch: Batch, document: string | null, fold: () => unknown): boolean {
  const changes = batch.changes.length
  context.set.begin()
  try {
    fold()
    return false
  } catch (error) {
    context.set.rollback()
    batch.changes.length = changes
    batch.parked.push(parkedBy(error, context.record, context.event, document, context.scope))
    return true
  }
}

function nextPhase(record: LogRecord, plan: SlicePlan, position: Position): Position {
  const phases = phasesOf(plan.event)
  const next = phases[phases.indexOf(plan.phase) + 1]
  return next === undefined
    ? startOf(record.offset + 1)
    : { offset: record.offset, step: position.step + 1, after: `${next}:` }
}

function parseAfter(after: string): [Phase, string | null] {
  const at = after.indexOf(':')
  return [after.slice(0, at) as Phase, after.slice(at + 1) || null]
}
