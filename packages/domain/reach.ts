// Whom an event touches besides the person it is about, and so how it is cut into slices (protocol P5).

import type { UserDocument } from './documents.ts'
import type { EventData, HibobEvent } from './events.ts'
import type { ListName } from './hibob-fields.ts'
import { listFields } from './hibob-fields.ts'
import { readableItemIdOf } from './mapping.ts'
import { inOneForm } from './text.ts'

/** Users to be mapped anew: a manager's reports, the holders of list items. Both may hold. */
export interface Reach {
  reportsOf?: string
  items?: { list: string; ids: string[] }
}

/** Which users a slice reads, in order of their document ids. Conditions are alternatives. */
export type UserSelector =
  | { everyone: true }
  | { ids: string[] }
  /** On whom something is due in a zone by a date; of whom something is held (`ids`: only those). */
  | { reportsOfAny: string[] }
  | { due: { zone: string; date: string } }
  | { held: string; ids: string[] | null }
  | { reportsOf: string | null; items: { field: string; ids: string[] } | null }

/**
 * `reckon`: users are looked at, to know how much an event takes away before it takes anything. `reports`: of the managers whom the
 * `users` phase changed.
 */
export type Phase = 'head' | 'reckon' | 'teams' | 'users' | 'reports' | 'managers' | 'states'

export const collectionOf = (phase: Exclude<Phase, 'head'>) =>
  phase === 'reckon' || phase === 'reports' ? 'users' : phase

/** The phases of an event that reaches further than one transaction, in order. */
export function phasesOf(event: HibobEvent): Phase[] {
  switch (event.type) {
    case 'tenant.removed':
      return ['head', 'users', 'teams', 'managers', 'states']
    case 'tenant.resend.requested':
      return resentPhases(event.data)
    case 'hibob.lists.observed':
      return ['head', 'teams', 'users']
    case 'tenant.settings.changed':
      return ['head', 'reckon', 'teams', 'users']
    case 'tenant.day.began':
      return ['head', 'reckon', 'users', 'reports']
    case 'tenant.hold.approved':
      return ['head', 'users', 'reports']
    default:
      return ['head', 'users']
  }
}

type Resend = EventData<'tenant.resend.requested'>

const isWholeResend = ({ userIds, teamIds }: Resend) => userIds === undefined && teamIds === undefined

function resentPhases(resend: Resend): Phase[] {
  const phases: Phase[] = ['head']
  if (resend.teamIds !== undefined || isWholeResend(resend)) phases.push('teams')
  if (resend.userIds !== undefined || isWholeResend(resend)) phases.push('users')
  return phases
}

/**
 * Whom a phase of an event reads; it may name more than really change, since mapping them anew then finds no difference.
 * `reached`: the managers whose reports the `reports` phase reads.
 */
export function usersReadIn(phase: Phase, event: HibobEvent, reached: readonly string[]): UserSelector {
  return phase === 'reports' ? { reportsOfAny: [...reached] } : usersReachedBy(event)
}

function usersReachedBy(event: HibobEvent): UserSelector {
  switch (event.type) {
    case 'tenant.removed':
    case 'tenant.settings.changed':
      return { everyone: true }
    case 'tenant.day.began':
      return { due: { zone: event.data.timeZone, date: event.data.date } }
    case 'tenant.hold.approved':
    case 'tenant.hold.rejected':
      return { held: event.data.holdId, ids: event.data.userIds ?? null }
    case 'tenant.resend.requested':
      return isWholeResend(event.data) ? { everyone: true } : { ids: event.data.userIds ?? [] }
    case 'hibob.lists.observed': {
      const field = Object.hasOwn(listFields, event.data.list) ? listFields[event.data.list as ListName] : undefined
      // which fields hold another list's items is a matter of settings
      if (field === undefined) return { everyone: true }
      return { reportsOf: null, items: { field, ids: event.data.items.map(item => inOneForm(item.id)) } }
    }
    case 'hibob.employee.observed': {
      // whoever becomes a user may name a team by a label from before
      if (!Object.hasOwn(event.data.fields, listFields.department)) return { everyone: true }
      const department = readableItemIdOf(event.data, listFields.department)
      return {
        reportsOf: event.data.employeeId,
        items: department === null ? null : { field: listFields.department, ids: [department] },
      }
    }
    case 'hibob.webhook.received':
      return event.data.employeeId === null ? { ids: [] } : { reportsOf: event.data.employeeId, items: null }
    case 'hibob.employee.missing':
      return { reportsOf: event.data.employeeId, items: null }
    default:
      return { ids: [] }
  }
}

/** Whether a users phase that reads `users` reads this one. */
export function isReached({ user, observed, standing }: UserDocument, users: UserSelector): boolean {
  if ('everyone' in users) return true
  if ('reportsOfAny' in users) {
    const manager = user.override_manager?.id
    return manager !== undefined && users.reportsOfAny.includes(manager)
  }
  if ('due' in users) {
    const { zone, date } = users.due
    return standing?.zone === zone && standing.nextDate !== null && standing.nextDate <= date
  }
  if ('held' in users) return standing?.held?.id === users.held && (users.ids === null || users.ids.includes(user.id))
  if ('ids' in users) return users.ids.includes(user.id)
  if (users.reportsOf !== null && user.override_manager?.id === users.reportsOf) return true
  if (users.items === null) return false
  const { field, ids } = users.items
  const item = readableItemIdOf(observed, field)
  if (item !== null) return ids.includes(item)
  // whoever has a department that cannot be read stays in the former team
  return field === listFields.department && user.primary_team !== null && ids.includes(user.primary_team.id)
}
