// Which documents a stretch of the log will read, so that the shell loads them in one go. What is missed here the fold reports as lacking.
import { documentId, listStateId, type TenantScope, tenantStateId } from './documents.ts'
import type { HibobEvent } from './events.ts'
import { listNames } from './hibob-fields.ts'
import { readableItemIdOf } from './mapping.ts'

export interface DocumentsNeeded {
  users: Set<string>
  teams: Set<string>
  managers: Set<string>
  states: Set<string>
}

/** Traces of people are kept only of people who are no users, and are left to the caller. */
export function documentsNeeded(
  events: readonly HibobEvent[],
  scopeOf: (tenantId: string) => TenantScope,
): DocumentsNeeded {
  const needed: DocumentsNeeded = { users: new Set(), teams: new Set(), managers: new Set(), states: new Set() }
  let met: string | null = null
  for (const event of events) {
    const scope = scopeOf(event.tenantid)
    if (event.tenantid !== met) {
      met = event.tenantid
      needed.states.add(tenantStateId(scope))
      for (const list of listNames) needed.states.add(listStateId(scope, list))
    }
    for (const employeeId of peopleOf(event)) {
      const id = documentId(scope, employeeId)
      needed.users.add(id)
      needed.managers.add(id)
    }
    if (event.type !== 'hibob.employee.observed') continue
    const [manager, department] = ['work.reportsTo', 'work.department'].map(path => readableItemIdOf(event.data, path))
    if (manager != null) {
      needed.users.add(documentId(scope, manager))
      needed.managers.add(documentId(scope, manager))
    }
    if (department != null) needed.teams.add(documentId(scope, department))
  }
  return needed
}

const actingWebhooks = new Set(['employee.deleted', 'employee.access.revoked.immediately'])

function peopleOf(event: HibobEvent): string[] {
  switch (event.type) {
    case 'hibob.employee.observed':
    case 'hibob.employee.missing':
      return [event.data.employeeId]
    case 'hibob.employees.unchanged':
      return event.data.people.map(person => person.id)
    case 'hibob.webhook.received':
      return actingWebhooks.has(event.data.webhookType ?? '') && event.data.employeeId !== null
        ? [event.data.employeeId]
        : []
    default:
      return []
  }
}
