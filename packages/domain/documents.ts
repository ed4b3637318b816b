// The read models that the fold makes, one document type each, and the keys under which they are kept.
// Every document belongs to one tenant and one generation; its `_id` begins with both.
import type { AsOf } from './as-of.ts'
import type { Scalar } from './settings/settings.ts'

export type UserStatus = 'pending' | 'active' | 'deactivated' | 'deleted'
export type ManagerState = 'active' | 'inactive' | 'unknown'
/** `cyclic`: people manage each other in a circle, which is cut here, so that whoever takes active references meets none. */
export type ReferenceState = ManagerState | 'cyclic'

export interface Team {
  id: string
  name: string | null
  /** Only where the tenant's settings want it, and never in a user's `primary_team`. */
  parent_id?: string | null
}

export interface ManagerReference {
  id: string
  email: string | null
  full_name: string | null
  state: ReferenceState
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
  /** Only where the tenant's settings name some. */
  custom_fields?: Record<string, Scalar | null>
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

/** Destructive changes that the brake keeps back: Learn Amp field → the value that HiBob claims. */
export interface Held {
  /** Of the tenant's hold that they belong to. */
  id: string
  since: string
  offset: number
  eventId: string
  claims: Record<string, unknown>
}

/** `waiting`: told when `due` has come; `cancelled`: the user left before, or will not be invited on any date. Told once, ever. */
export interface Invite {
  due: string | null
  state: 'waiting' | 'told' | 'cancelled'
}

/** `status_not_shown`: never a user yet, since HiBob has shown no lifecycle status that is known. */
export type Flag = 'outside_scope' | 'unseen' | 'status_not_shown'

/** What a tenant's settings, days and holds make of a user beyond the fields. Absent while there is nothing to say. */
export interface Standing {
  /** Never a user, being outside the scope or without a lifecycle status: nothing was published, and `user.status` reads `deleted`, so that nothing counts it. */
  hidden: boolean
  /** An `employee.deleted` webhook and a reading past it that found nobody. */
  deleted: boolean
  /** Offset of the webhook by which access was revoked at once. */
  revokedAt: number | null
  /** The zone whose days the user lives by, and the next date on which something is due. */
  zone: string | null
  nextDate: string | null
  flags: Flag[]
  invite: Invite | null
  held: Held | null
  /** Claims that a person rejected: passed over until HiBob says something else. */
  rejected: Record<string, unknown> | null
  /** Learn Amp field → why it could not be read, or its rule not be followed; it keeps its last published value. */
  errors: Record<string, string> | null
  /** Paths of the settings' own that HiBob was asked for and did not give. */
  absent: string[]
  /** The last value that was not empty, of paths whose rule keeps it; the last that could be read, of what decides the status. */
  last: Record<string, { value: unknown; label?: string }> | null
}

export interface UserDocument extends Owned {
  user: User
  observed: ObservedFields
  asOf: AsOf
  digest: string | null
  unseen_since: string | null
  /** Offset of the first `employee.deleted` webhook that no reading has refuted. */
  deletionClaim: number | null
  standing?: Standing | null
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

/** The settings in force, as JSON, and those before them: a rule whose fields nobody has asked for yet leaves the former one in force. */
export interface SettingsInForce {
  version: number
  json: string
  formerJson: string | null
  eventId: string
}

/** Users with a destructive change, by minute of the log's time: what the brake measures an hour by. */
export type MinuteCount = [minute: number, count: number]

export interface TenantState extends Owned {
  kind: 'tenant'
  removed: boolean
  lastResendId: string | null
  settings?: SettingsInForce
  /** Time zone → the newest day that began there. */
  days?: Record<string, string>
  /** Active and pending users. */
  active?: number
  window?: MinuteCount[]
  /** The open hold. */
  hold?: { id: string; since: string; count: number } | null
  /** Of the event in slices at `offset`: how many users it would change destructively. */
  reckoned?: { offset: number; count: number }
  /** Of the event in slices at `offset`: managers of whom their reports are to be told otherwise. */
  reached?: { offset: number; managers: string[] }
  /** Of that event: how many had passed within the hour before its first one did. */
  passing?: { offset: number; before: number }
}

export interface ListItem {
  id: string
  name: string | null
  /** Characters of a name that is not kept for its length; `name` is null then. */
  tooLong?: number
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
