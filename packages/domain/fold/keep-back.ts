// The brake within the fold: which of a user's changes are kept back, and what the tenant's state remembers of it.
import { brakeLimit, countOneMore, countWithin, destructiveOf, sameClaims } from '../brake.ts'
import type { FieldChange } from '../changes.ts'
import { type Held, type Standing, type TenantState, tenantStateId, type UserDocument } from '../documents.ts'
import { isoTime } from '../iso-time.ts'
import type { CompiledSettings } from '../settings/compiled.ts'
import { compiledFrom, standardSettings } from '../settings/in-force.ts'
import { noStanding, orNone } from '../standing.ts'
import { type FoldContext, tenantState } from './fold-context.ts'

export interface KeptBack {
  fields: string[]
  standing: Standing | null
}

/** `changed`: what would be told of a user who is known to services. null: nothing is, or was, kept back. */
export function keepBack(
  context: FoldContext,
  former: UserDocument,
  changed: readonly FieldChange[],
  standing: Standing | null,
): KeptBack | null {
  const { held: formerHeld = null, rejected: formerRejected = null } = former.standing ?? {}
  const isFree = formerHeld === null && formerRejected === null
  if (isFree && destructiveOf(changed).length === 0) return null
  const { claims, stillHeld, stillRejected, fresh } = claimsOf(context, former, changed)
  if (isFree && claims.length === 0) return null
  const stopped = fresh.length > 0 && isStopped(context)
  if (fresh.length > 0 && !stopped) countOne(context)
  const heldNow = stopped ? [...stillHeld, ...fresh] : stillHeld
  const held = heldNow.length === 0 ? null : heldOf(context, stopped ? null : formerHeld, heldNow)
  countHeld(context, formerHeld !== null, held !== null)
  const rejected = stillRejected.length === 0 ? null : valuesOf(stillRejected)
  return {
    fields: [...heldNow, ...stillRejected].map(({ field }) => field),
    standing: orNone({ ...(standing ?? noStanding), held, rejected }),
  }
}

/** Whether a user would be changed destructively in a way that nobody has decided on: what an event in slices counts first. */
export function isReckoned(context: FoldContext, former: UserDocument, changed: readonly FieldChange[]): boolean {
  return claimsOf(context, former, changed).fresh.length > 0
}

/** The fields that would be kept back, when nothing is to be noted. */
export function fieldsKeptBack(context: FoldContext, former: UserDocument, changed: readonly FieldChange[]): string[] {
  const { stillHeld, stillRejected, fresh } = claimsOf(context, former, changed)
  const stopped = fresh.length > 0 && isStopped(context) ? fresh : []
  return [...stillHeld, ...stillRejected, ...stopped].map(({ field }) => field)
}

function claimsOf(context: FoldContext, former: UserDocument, changed: readonly FieldChange[]) {
  const { settings } = settingsOf(context)
  // managers who are not to be told of any more are nothing that HiBob takes away
  const told =
    settings.override_manager === false ? changed.filter(({ field }) => field !== 'override_manager') : changed
  const claims = destructiveOf(told)
  const { held, rejected } = former.standing ?? noStanding
  const stillHeld = sameClaims(claims, held?.claims ?? null)
  const stillRejected = sameClaims(claims, rejected)
  const fresh = claims.filter(claim => !stillHeld.includes(claim) && !stillRejected.includes(claim))
  return { claims, stillHeld, stillRejected, fresh }
}

/** Adds to what the present event would change destructively over the whole tenant. */
export function reckon(context: FoldContext, count: number): void {
  const { offset } = context.record
  const before = tenantState(context)?.reckoned
  const counted = before?.offset === offset ? before.count : 0
  setState(context, { reckoned: { offset, count: counted + count } })
}

/** The hold of one user ends, by whatever way. */
export function releaseHeld(context: FoldContext, document: UserDocument): void {
  if (document.standing?.held) countHeld(context, true, false)
}

function isStopped(context: FoldContext): boolean {
  const state = tenantState(context)
  const { offset, time } = context.record
  const limit = brakeLimit(settingsOf(context).settings, state?.active ?? 0)
  const reckoned = state?.reckoned?.offset === offset ? state.reckoned.count : null
  const passed = countWithin(state?.window ?? [], time)
  // an event in slices passes whole or not at all: its own that have passed are in the window already
  if (reckoned !== null) return passedBefore(state, passed, offset) + reckoned > limit
  return passed + 1 > limit
}

function settingsOf(context: FoldContext): CompiledSettings {
  const { settings } = tenantState(context) ?? {}
  return settings === undefined ? standardSettings() : compiledFrom(settings.json)
}

function passedBefore(state: TenantState | null, passed: number, offset: number): number {
  return state?.passing?.offset === offset ? state.passing.before : passed
}

function countOne(context: FoldContext): void {
  const state = tenantState(context)
  const { offset, time } = context.record
  const window = state?.window ?? []
  const passing = state?.passing?.offset === offset ? state.passing : { offset, before: countWithin(window, time) }
  setState(context, { window: countOneMore(window, time), ...(state?.reckoned?.offset === offset ? { passing } : {}) })
}

function heldOf(context: FoldContext, former: Held | null, claims: readonly FieldChange[]): Held {
  const values = valuesOf(claims)
  if (former !== null) return { ...former, claims: values }
  const { record, event } = context
  const { id } = tenantState(context)?.hold ?? openHold(context)
  return { id, since: isoTime(record.time), offset: record.offset, eventId: event.id, claims: values }
}

function openHold(context: FoldContext): { id: string } {
  const { record, scope } = context
  const hold = { id: `${scope.tenantId}-${record.offset}`, since: isoTime(record.time), count: 0 }
  setState(context, { hold })
  return hold
}

function countHeld(context: FoldContext, before: boolean, now: boolean): void {
  const hold = tenantState(context)?.hold
  if (before === now || hold == null) return
  const count = hold.count + (now ? 1 : -1)
  setState(context, { hold: count <= 0 ? null : { ...hold, count } })
}

const valuesOf = (claims: readonly FieldChange[]) =>
  Object.fromEntries(claims.map(({ field, to }) => [field, to ?? null]))

export function setState(context: FoldContext, fields: Partial<TenantState>): void {
  const id = tenantStateId(context.scope)
  const state = tenantState(context) ?? newState(context)
  context.set.set('states', id, { ...state, ...fields })
}

export function newState({ scope }: FoldContext): TenantState {
  return { _id: tenantStateId(scope), ...scope, kind: 'tenant', removed: false, lastResendId: null }
}
