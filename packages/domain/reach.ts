// Whom an event touches besides the person it is about, and so how it is cut into slices (protocol P5).

import type { UserDocument } from './documents.ts'
import type { HibobEvent } from './events.ts'
import type { ListName } from './hibob-fields.ts'
import { listFields } from './hibob-fields.ts'

/** Users to be mapped anew: a manager's reports, the holders of list items. Both may hold. */
export interface Reach {
  reportsOf?: string
  items?: { list: ListName; ids: string[] }
}

/** Which users a slice reads, in order of their document ids. Conditions are alternatives. */
export type UserSelector =
  | { everyone: true }
  | { ids: string[] }
  | { reportsOf: string | null; items: { field: string; ids: string[] } | null }

export type Phase = 'head' | 'teams' | 'users' | 'managers' | 'states'

/** The phases of an event that reaches further than one transaction, in order. */
export function phasesOf(event: HibobEvent): Phase[] {
  switch (event.type) {
    case 'tenant.removed':
      return ['head', 'users', 'teams', 'managers', 'states']
    case 'tenant.resend.requested':
      return event.data.userIds === undefined ? ['head', 'teams', 'users'] : ['head', 'users']
    case 'hibob.lists.observed':
      return ['head', 'teams', 'users']
    default:
      return ['head', 'users']
  }
}

/** Whom the `users` phase of an event reads; it may name more than really change, since mapping them anew then finds no difference. */
export function usersReachedBy(event: HibobEvent): UserSelector {
  switch (event.type) {
    case 'tenant.removed':
      return { everyone: true }
    case 'tenant.resend.requested':
      return event.data.userIds === undefined ? { everyone: true } : { ids: event.data.userIds }
    case 'hibob.lists.observed': {
      const field = Object.hasOwn(listFields, event.data.list) ? listFields[event.data.list as ListName] : undefined
      return {
        reportsOf: null,
        items: field === undefined ? null : { field, ids: event.data.items.map(item => item.id) },
      }
    }
    case 'hibob.employee.observed': {
      const department = event.data.fields['work.department']
      return {
        reportsOf: event.data.employeeId,
        items: department == null ? null : { field: 'work.department', ids: [String(department)] },
      }
    }
    case 'hibob.employee.missing':
      return { reportsOf: event.data.employeeId, items: null }
    default:
      return { ids: [] }
  }
}

/** Whether a users phase that reads `users` reads this one. */
export function isReached({ user, observed }: UserDocument, users: UserSelector): boolean {
  if ('everyone' in users) return true
  if ('ids' in users) return users.ids.includes(user.id)
  if (users.reportsOf !== null && user.override_manager?.id === users.reportsOf) return true
  const item = users.items === null ? null : observed.fields[users.items.field]
  return users.items !== null && item != null && users.items.ids.includes(String(item))
}
