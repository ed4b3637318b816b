// The read models that the fold makes, one document type each, and the keys under which they are kept.
// Every document belongs to one tenant and one generation; its `_id` begins with both.
import type { AsOf } from './as-of.ts'

export type UserStatus = 'pending' | 'active' | 'deactivated' | 'deleted'
export type ManagerState = 'active' | 'inactive' | 'unknown'

export interface Team {
  id: string
  name: string | null
}

export interface ManagerReference {
  id: string
  email: string | null
  full_name: string | null
  state: ManagerState
}

/** A user as Learn Amp services are told of it (`data.user` of a change). Dates are `YYYY-MM-DD`. */
export interface User {
  id: string
  full_name: string | null
  first_name: string | null
  last_name: string | null
  email: string | null
  job_title: string | null
  location: string | null
  primary_team: Team | null
  hire_date: string | null
  leave_date: string | null
  override_manager: ManagerReference | null
  status: UserStatus
}

/** The event that gave these fields their present values; `at` is its log time, `rule` the mapping that was in force. */
export interface Provenance {
  eventId: string
  offset: number
  at: string
  rule: string
  fields: string[]
}

/** The last value of every HiBob field ever observed, by HiBob path, with its human label where HiBob gave one. */
export interface ObservedFields {
  fields: Record<string, unknown>
  labels: Record<string, string>
}

interface Owned {
  _id: string
  tenantId: string
  generation: number
}

export interface UserDocument extends Owned {
  user: User
  observed: ObservedFields
  asOf: AsOf
  digest: string | null
  unseen_since: string | null
  /** Offset of the first `employee.deleted` webhook that no reading has refuted. */
  deletionClaim: number | null
  provenance: Provenance[]
  /** Offset of the newest event that touched this document. */
  touched: number
}

export interface TeamDocument extends Owned {
  team: Team
  list: string
  item: string
  touched: number
}

export interface ManagerDocument extends Owned {
  manager: { id: string; state: ManagerState; report_count: number }
  touched: number
}

export interface TenantState extends Owned {
  kind: 'tenant'
  removed: boolean
  lastResendId: string | null
}

export interface ListItem {
  id: string
  name: string | null
  archived: boolean
  parent: string | null
  asOf: AsOf
}

export interface ListState extends Owned {
  kind: 'list'
  list: string
  items: ListItem[]
}

/** What is remembered of a person who is no user: never observed, yet reported deleted or missing. */
export interface PersonTrace extends Owned {
  kind: 'person'
  asOf: AsOf | null
  deletionClaim: number | null
}

export type StateDocument = TenantState | ListState | PersonTrace

export interface Documents {
  users: UserDocument
  teams: TeamDocument
  managers: ManagerDocument
  states: StateDocument
}
export type CollectionName = keyof Documents

export interface TenantScope {
  tenantId: string
  generation: number
}

export const documentId = (scope: TenantScope, id: string) => `${scope.tenantId}/${scope.generation}/${id}`
export const tenantStateId = (scope: TenantScope) => documentId(scope, 'tenant')
export const listStateId = (scope: TenantScope, list: string) => documentId(scope, `list/${list}`)
export const personTraceId = (scope: TenantScope, employeeId: string) => documentId(scope, `person/${employeeId}`)
