// Settings, days and holds: what changes for many people at once. Each is one step on the tenant's state, then everyone whom it reaches.
import { userChange } from '../changes.ts'
import { documentId, type UserDocument } from '../documents.ts'
import { isEarlyDay } from '../early-day.ts'
import { unknownManager } from '../mapping.ts'
import { ownValue } from '../own-value.ts'
import type { Reach } from '../reach.ts'
import { compiledFrom } from '../settings/in-force.ts'
import { follows } from '../settings/settings-history.ts'
import { hasCome, orNone } from '../standing.ts'
import { userDifference } from '../user-difference.ts'
import { desiredUser } from './desired-user.ts'
import { type FoldContext, tenantState } from './fold-context.ts'
import { isReckoned, reckon, releaseHeld, setState } from './keep-back.ts'
import { smallestInCircle } from './manager-circle.ts'
import { managerOf } from './manager-fold.ts'
import { namesOf } from './names.ts'
import { asTold, refreshUser, storeUser, toldOf } from './store-user.ts'

/** Settings apply only if they were made from those in force; else nothing changes, and whoever made them sees that they are not in force. */
export function foldSettings(context: FoldContext<'tenant.settings.changed'>): boolean {
  const { settings, version } = context.event.data
  const inForce = tenantState(context)?.settings
  if (!follows(context.event.data, inForce?.version ?? 0)) return false
  const json = JSON.stringify(settings)
  compiledFrom(json)
  setState(context, { settings: { version, json, formerJson: inForce?.json ?? null, eventId: context.event.id } })
  return true
}

/** A day may be announced again, for those on whom something fell due since. Tenants without settings live by no days. */
export function foldDay(context: FoldContext<'tenant.day.began'>): boolean {
  const { date, timeZone } = context.event.data
  if (isEarlyDay(context.record, context.event.data)) return false
  const state = tenantState(context)
  if (state?.settings === undefined) return false
  const known = ownValue(state.days, timeZone)
  if (known !== undefined && known > date) return false
  if (known !== date) setState(context, { days: { ...state.days, [timeZone]: date } })
  return true
}

export function foldHold({ event, ...context }: FoldContext<'tenant.hold.approved' | 'tenant.hold.rejected'>): boolean {
  return tenantState({ event, ...context })?.hold?.id === event.data.holdId
}

/** The first pass of an event in slices: how much it would take away, before any of it does. */
export function reckonUser(context: FoldContext, document: UserDocument): void {
  if (toldOf(document) === null || document.user.status === 'deleted') return
  const { user, observed, unseen_since, standing = null } = document
  // whatever is shown of a manager is no loss; only that there is none any more
  const names = { ...namesOf(context), managerReference: unknownManager }
  const desired = desiredUser(context, names, document, { id: user.id, observed, unseen_since, standing })
  if (isReckoned(context, document, userDifference(user, desired.user))) reckon(context, 1)
}

/** A user on whose date something is due. An invite is told alone: another change of the same event would take its place. */
export function foldDue(context: FoldContext<'tenant.day.began'>, document: UserDocument): void {
  const before = context.changes.length
  noteReports(context, refreshUser(context, document))
  const now = context.set.get('users', document._id)
  const invite = now?.standing?.invite
  if (now == null || invite?.state !== 'waiting' || invite.due === null || context.changes.length > before) return
  if (!hasCome(invite.due, context.event.data.date)) return
  context.changes.push(userChange(context, 'invite-due', now.user, []))
  const told = {
    ...now,
    standing: { ...(now.standing as NonNullable<typeof now.standing>), invite: { ...invite, state: 'told' as const } },
  }
  context.set.set('users', now._id, { ...told, touched: context.record.offset })
  const settled = context.set.get('users', now._id)
  if (settled !== null) refreshUser(context, settled)
}

export function decideHeld(
  context: FoldContext<'tenant.hold.approved' | 'tenant.hold.rejected'>,
  document: UserDocument,
): void {
  const { standing, user } = document
  const { holdId, userIds } = context.event.data
  if (standing?.held?.id !== holdId || (userIds !== undefined && !userIds.includes(user.id))) return
  const { claims } = standing.held
  releaseHeld(context, document)
  if (context.event.type === 'tenant.hold.rejected') {
    const rejected = { ...standing.rejected, ...claims }
    const next = { ...document, standing: { ...standing, held: null, rejected }, touched: context.record.offset }
    context.set.set('users', document._id, next)
  } else {
    const claimed = { ...user, ...claims }
    // reports and managers may be approved together, and a user gets one change of an event
    const shown = claimed.status === 'deleted' ? claimed : asTold(context, document, claimed)
    const next = { ...document, user: shown, standing: orNone({ ...standing, held: null }) }
    noteReports(context, storeUser(context, document, next, 'approval'))
    noteOpened(context, document, next)
  }
}

/** Somebody who was in a circle left it: where it was cut, it is whole again. */
function noteOpened(context: FoldContext, former: UserDocument, next: UserDocument): void {
  const from = managerOf(former.user)
  if (from === null || from === managerOf(next.user)) return
  const smallest = smallestInCircle(context, former.user.id, from)
  if (smallest === null || smallest === former.user.id) return
  const document = context.set.get('users', documentId(context.scope, smallest))
  const manager = document && managerOf(document.user)
  if (manager !== null) noteReports(context, { reportsOf: manager })
}

/** Reports of a changed manager are told in a phase of their own: whom the event itself reads may not be among them. */
function noteReports(context: FoldContext, reach: Reach | null): void {
  if (reach?.reportsOf === undefined) return
  const { offset } = context.record
  const before = tenantState(context)?.reached
  const managers = before?.offset === offset ? before.managers : []
  setState(context, { reached: { offset, managers: [...managers, reach.reportsOf] } })
}
