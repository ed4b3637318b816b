// From what HiBob showed of a person to Learn Amp's fields, under the standard mapping. Pure and total, except that a value
// of an impossible shape throws DomainError `field_unreadable`: it is parked, never guessed at.

import type { ManagerReference, ManagerState, ObservedFields, Team, User, UserStatus } from './documents.ts'
import { DomainError } from './domain-error.ts'
import type { ListName } from './hibob-fields.ts'
import { sharing } from './sharing.ts'
import { statusOf } from './standing.ts'

/** What the mapping asks the rest of the read models: names of list items, teams and managers as they stand. */
export interface MappingContext {
  /** The name that the company's own list gives an item; undefined while no list has named it. */
  itemName(list: string, item: string): string | null | undefined
  /** The name a team bears already; undefined when there is no such team yet. */
  teamName(item: string): string | null | undefined
  managerReference(employeeId: string): ManagerReference
}

export function mapUser(employeeId: string, observed: ObservedFields, context: MappingContext): User {
  const text = (path: string) => textOf(path, observed.fields[path])
  const managerId = text('work.reportsTo')
  const user: User = {
    id: employeeId,
    full_name: text('root.displayName'),
    first_name: text('root.firstName'),
    last_name: text('root.surname'),
    email: text('root.email'),
    job_title: labelOf(observed, 'work.title', 'title', context),
    location: locationOf(observed, context),
    primary_team: teamOf(observed, context),
    hire_date: dateOf('work.startDate', observed.fields['work.startDate']),
    leave_date: dateOf('internal.terminationDate', observed.fields['internal.terminationDate']),
    override_manager: null,
    status: statusOf(text('internal.lifecycleStatus')),
  }
  if (managerId !== null) user.override_manager = managerOf(user, managerId, context)
  return user
}

/** Whoever manages themselves is seen as they are now, not as the read models still have them. */
function managerOf(user: User, managerId: string, context: MappingContext): ManagerReference {
  if (managerId !== user.id) return context.managerReference(managerId)
  return { id: user.id, email: user.email, full_name: user.full_name, state: managerStateOf(user.status) }
}

/** Whoever manages themselves is shown to themselves as they are. */
export function selfManaged(user: User, status: UserStatus): User {
  const { id, email, full_name } = user
  if (user.override_manager?.id !== id) return user
  return { ...user, override_manager: { id, email, full_name, state: managerStateOf(status) } }
}

/** One of whom nothing is known, or asked. */
export const unknownManager = (id: string): ManagerReference => ({ id, email: null, full_name: null, state: 'unknown' })

export const managerStateOf = (status: UserStatus): ManagerState => (status === 'active' ? 'active' : 'inactive')

/**
 * Lays a new observation over the kept one: a field that HiBob left out keeps its last value, and its label with it.
 * Takes `fresh` for its own: what equals the kept one is the kept one's.
 */
export function mergeObserved(kept: ObservedFields | null, fresh: ObservedFields): ObservedFields {
  const fields = covers(fresh.fields, kept?.fields) ? fresh.fields : { ...kept?.fields, ...fresh.fields }
  const labels =
    covers(fresh.fields, kept?.labels) && covers(fresh.fields, fresh.labels) ? fresh.labels : mergedLabels(kept, fresh)
  // the site's id and its text are one fact: half of an older one must not outlive the newer half
  if ('work.site' in fresh.fields && !('work.siteId' in fresh.fields)) delete fields['work.siteId']
  if ('work.siteId' in fresh.fields && !('work.site' in fresh.fields)) delete fields['work.site']
  return sharing(kept, { fields: sharing(kept?.fields, fields), labels: sharing(kept?.labels, labels) })
}

/** A label belongs to the value it came with. */
function mergedLabels(kept: ObservedFields | null, fresh: ObservedFields): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const path of Object.keys(kept?.labels ?? {})) {
    if (!Object.hasOwn(fresh.fields, path)) labels[path] = kept?.labels[path] as string
  }
  for (const path of Object.keys(fresh.labels)) {
    if (Object.hasOwn(fresh.fields, path)) labels[path] = fresh.labels[path] as string
  }
  return labels
}

function covers(fields: object, former: object | undefined): boolean {
  for (const path in former) if (!Object.hasOwn(fields, path)) return false
  return true
}

/** The employee id that a person's record names as manager, or null. */
export function managerIdOf(observed: ObservedFields): string | null {
  return textOf('work.reportsTo', observed.fields['work.reportsTo'])
}

export function itemIdOf(observed: ObservedFields, path: string): string | null {
  return textOf(path, observed.fields[path])
}

function labelOf(observed: ObservedFields, path: string, list: ListName, context: MappingContext): string | null {
  const item = itemIdOf(observed, path)
  if (item === null) return null
  return context.itemName(list, item) ?? observed.labels[path] ?? null
}

function locationOf(observed: ObservedFields, context: MappingContext): string | null {
  const item = itemIdOf(observed, 'work.siteId')
  const named = item === null ? undefined : context.itemName('site', item)
  return (
    named ??
    textOf('work.site', observed.fields['work.site']) ??
    (item === null ? null : (observed.labels['work.siteId'] ?? null))
  )
}

function teamOf(observed: ObservedFields, context: MappingContext): Team | null {
  const item = itemIdOf(observed, 'work.department')
  if (item === null) return null
  const name =
    context.itemName('department', item) ?? context.teamName(item) ?? observed.labels['work.department'] ?? null
  return { id: item, name }
}

function textOf(path: string, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new DomainError(
    'field_unreadable',
    `${path} holds ${Array.isArray(value) ? 'a list' : 'an object'} where a text belongs`,
  )
}

const isoDate = /^\d{4}-\d{2}-\d{2}(?=$|T)/

function dateOf(path: string, value: unknown): string | null {
  const text = textOf(path, value)
  if (text === null) return null
  const date = isoDate.exec(text)
  if (date === null) throw new DomainError('field_unreadable', `${path} holds no YYYY-MM-DD date`)
  return date[0]
}
