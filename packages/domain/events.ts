// Every event type of `hibob.events` that this release folds or appends, as schemas; the types are inferred from them.
// A type that is not here is passed over and counted, so that a later release can replay it.
import Type, { type Static, type TSchema } from 'typebox'
import { AsOf } from './as-of.ts'

/** Tenant ids are parts of document ids and record keys, so they hold no slash. */
const tenantId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/
export const TenantId = Type.String({ pattern: tenantId.source })
const EmployeeId = Type.String({ minLength: 1, maxLength: 128 })
const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const Who = Type.Object({ by: Type.String(), reason: Type.Optional(Type.String()) })

/** Why a reading was made. `eventId` and `offset` are of the newest event that asked for it; `triggeredBy` is HiBob's actor id or `system`. */
export const Cause = Type.Object({
  kind: Type.String(),
  eventId: Type.Optional(Nullable(Type.String())),
  offset: Type.Optional(Nullable(Type.Integer({ minimum: 0 }))),
  triggeredBy: Type.Optional(Nullable(Type.String())),
})
export type Cause = Static<typeof Cause>

const WebhookReceived = Type.Object({
  webhookType: Nullable(Type.String()),
  companyId: Nullable(Type.String()),
  employeeId: Nullable(EmployeeId),
  changedFields: Type.Array(Type.String()),
  triggeredAt: Nullable(Type.String()),
  triggeredBy: Nullable(Type.String()),
  format: Type.Union([Type.Literal('v2'), Type.Literal('v1'), Type.Literal('unknown')]),
  body: Type.Optional(Type.String()),
  bodyBase64: Type.Optional(Type.String()),
  secretId: Type.String(),
  companyMismatch: Type.Boolean(),
})

const EmployeeObserved = Type.Object({
  employeeId: EmployeeId,
  // whatever HiBob gave; a schema of the values would try a pattern on every key
  fields: Type.Unsafe<Record<string, unknown>>(Type.Object({})),
  labels: Type.Record(Type.String(), Type.String()),
  absent: Type.Array(Type.String()),
  digest: Type.String(),
  asOf: AsOf,
  observedAt: Type.String(),
  // true when the reading began a settling time after the newest webhook of this person: what it shows can refute a deletion
  settled: Type.Optional(Type.Boolean()),
  cause: Cause,
})

const EmployeeMissing = Type.Object({
  employeeId: EmployeeId,
  asOf: AsOf,
  observedAt: Type.String(),
  cause: Cause,
})

const EmployeesUnchanged = Type.Object({
  importId: Type.String(),
  people: Type.Array(Type.Object({ id: EmployeeId, digest: Type.String() }), { maxItems: 400 }),
  asOf: AsOf,
})

const ListsObserved = Type.Object({
  list: Type.String(),
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      name: Nullable(Type.String()),
      archived: Type.Boolean(),
      parent: Nullable(Type.String()),
    }),
  ),
  asOf: AsOf,
  page: Type.Integer({ minimum: 1 }),
  pages: Type.Integer({ minimum: 1 }),
})

/** Without ids all users and teams are told again; with ids only those that they name. */
const ResendRequested = Type.Object({
  resendId: Type.String(),
  userIds: Type.Optional(Type.Array(EmployeeId)),
  teamIds: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  by: Type.Optional(Type.String()),
})

/**
 * Why an import is made. `schedule` is the nightly one, `outage` follows when webhooks could not be taken for long, `settings` when
 * settings in force need fields or lists that HiBob was not asked for before.
 */
export const ImportReason = Type.Union([
  Type.Literal('operator'),
  Type.Literal('schedule'),
  Type.Literal('outage'),
  Type.Literal('settings'),
])
export type ImportReason = Static<typeof ImportReason>

/** People: in HiBob's answer, of these never observed before, otherwise than last observed, as last observed; known and not there; unreadable. */
export const ImportCounts = Type.Object({
  seen: Type.Integer({ minimum: 0 }),
  new: Type.Integer({ minimum: 0 }),
  changed: Type.Integer({ minimum: 0 }),
  unchanged: Type.Integer({ minimum: 0 }),
  notSeen: Type.Integer({ minimum: 0 }),
  unreadable: Type.Integer({ minimum: 0 }),
})
export type ImportCounts = Static<typeof ImportCounts>

const ImportRequested = Type.Object({
  importId: Type.String({ minLength: 1 }),
  reason: ImportReason,
  by: Type.String(),
})
const ImportCompleted = Type.Object({ importId: Type.String({ minLength: 1 }), counts: ImportCounts })
const ImportFailed = Type.Object({
  importId: Type.String({ minLength: 1 }),
  code: Type.String(),
  detail: Type.String(),
  counts: ImportCounts,
})

/** A replay offers the generation that it built: the projector switches to it here, or passes the offer over (protocol P7). */
const ReplayReady = Type.Object({
  replayId: Type.String({ minLength: 1 }),
  generation: Type.Integer({ minimum: 1 }),
  codeVersion: Type.String(),
})

const SettingsChanged = Type.Object({
  // checked by whoever appends it; what the fold cannot read is recorded as refused
  settings: Type.Unsafe<object>(Type.Object({})),
  version: Type.Integer({ minimum: 1 }),
  /** The version that they were made from; 0 when there were none. */
  basedOn: Type.Integer({ minimum: 0 }),
  by: Type.String(),
  reason: Type.Optional(Type.String()),
})

/** Days are kept under the zone's name. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it must not hold
const zoneName = /^(?!_bsontype$)[^$\u0000][^\u0000]*$/
export const isZoneName = (name: string): boolean => zoneName.test(name)

const DayBegan = Type.Object({
  date: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  timeZone: Type.String({ pattern: zoneName.source, maxLength: 64 }),
})

/** Of one hold, whole or some of its people. */
const HoldDecided = Type.Object({
  holdId: Type.String({ minLength: 1 }),
  userIds: Type.Optional(Type.Array(EmployeeId)),
  by: Type.String(),
  reason: Type.Optional(Type.String()),
})

export const eventData = {
  'hibob.webhook.received': WebhookReceived,
  'hibob.employee.observed': EmployeeObserved,
  'hibob.employee.missing': EmployeeMissing,
  'hibob.employees.unchanged': EmployeesUnchanged,
  'hibob.lists.observed': ListsObserved,
  'hibob.import.requested': ImportRequested,
  'hibob.import.completed': ImportCompleted,
  'hibob.import.failed': ImportFailed,
  'tenant.added': Who,
  'tenant.removed': Who,
  'tenant.resend.requested': ResendRequested,
  'tenant.settings.changed': SettingsChanged,
  'tenant.day.began': DayBegan,
  'tenant.hold.approved': HoldDecided,
  'tenant.hold.rejected': HoldDecided,
  'tenant.replay.ready': ReplayReady,
} as const

export type EventType = keyof typeof eventData
export type EventData<T extends EventType> = Static<(typeof eventData)[T]>

export const envelope = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ minLength: 1 }),
  source: Type.String(),
  type: Type.String(),
  time: Type.String(),
  subject: Type.Optional(Type.String()),
  tenantid: TenantId,
  dataversion: Type.Integer(),
  traceparent: Type.Optional(Type.String()),
  data: Type.Unknown(),
})
export type Envelope = Static<typeof envelope>

/** A CloudEvents 1.0 event of `hibob.events`, in JSON structured mode. */
export type HibobEvent<T extends EventType = EventType> = {
  [K in T]: Omit<Envelope, 'type' | 'data'> & { type: K; data: EventData<K> }
}[T]

/** One record of `hibob.events` as the log holds it. `time` is the log-append time in ms. */
export interface LogRecord {
  partition: number
  offset: number
  time: number
  key: string
  value: string | null
}

/** Whose record it is; empty where the key can be no tenant's. */
export const tenantOf = ({ key }: LogRecord): string => (tenantId.test(key) ? key : '')
