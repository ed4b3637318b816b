// A record of the log as an explanation reads it: leniently, since an event of a type that this release does not know is shown too.
import type { AsOf } from '../as-of.ts'
import { decodeEvent } from '../event-codec.ts'
import type { Cause, LogRecord } from '../events.ts'
import { isoTime } from '../iso-time.ts'
import type { EventReference } from './explanation.ts'

export interface SeenEvent {
  offset: number
  /** Log time, ISO 8601. */
  at: string
  id: string
  type: string
  subject: string | null
  data: SeenData
}

/** What an explanation looks for in an event's data. */
export interface SeenData {
  employeeId?: string | null
  webhookType?: string | null
  changedFields?: string[]
  triggeredAt?: string | null
  triggeredBy?: string | null
  companyId?: string | null
  companyMismatch?: boolean
  absent?: string[]
  digest?: string
  asOf?: AsOf
  observedAt?: string
  cause?: Cause
  people?: { id: string }[]
  list?: string
  by?: string
  reason?: string
  version?: number
  date?: string
  timeZone?: string
  holdId?: string
}

// a record is looked at for each field
const seen = new WeakMap<LogRecord, SeenEvent | null>()

/** Null when the record holds no event of this tenant. */
export function seenEvent(record: LogRecord | undefined, tenantId: string): SeenEvent | null {
  if (record === undefined || record.key !== tenantId) return null
  let event = seen.get(record)
  if (event === undefined) {
    event = parsed(record)
    seen.set(record, event)
  }
  return event
}

function parsed(record: LogRecord): SeenEvent | null {
  const decoded = decodeEvent(record)
  if ('failure' in decoded) return null
  const { id, type, subject, data = {} } = decoded.event ?? decoded.unknown
  const known: SeenData = decoded.event === null ? textsOf(data) : (data as SeenData)
  const at = isoTime(record.time)
  return { offset: record.offset, at, id, type, subject: subject ?? known.employeeId ?? null, data: known }
}

/** What the data of an unknown type say in the words of the known. */
function textsOf(data: unknown): Pick<SeenData, 'employeeId' | 'triggeredBy' | 'by'> {
  if (typeof data !== 'object' || data === null) return {}
  const names = ['employeeId', 'triggeredBy', 'by'] as const
  return Object.fromEntries(
    Object.entries(data).filter(([name, value]) => names.includes(name as never) && typeof value === 'string'),
  )
}

/** Whether it is about the person; a page of the unchanged only when it is the one that was applied last. */
export function isAbout(event: SeenEvent, userId: string, appliedAsOf: AsOf | null): boolean {
  const { people, asOf } = event.data
  if (people === undefined) return event.subject === userId
  return isSame(asOf, appliedAsOf) && people.some(({ id }) => id === userId)
}

export function isSame(a: AsOf | null | undefined, b: AsOf | null | undefined): boolean {
  return a != null && b != null && a.offset === b.offset && a.takeover === b.takeover && a.request === b.request
}

export function referenceOf({ id, type, offset, subject, data }: SeenEvent): EventReference {
  return { id, type, offset, subject, by: data.triggeredBy ?? data.by ?? data.cause?.triggeredBy ?? null }
}

/** In words, with who was behind it. */
export function described(event: SeenEvent): string {
  const { by } = referenceOf(event)
  return `${whatOf(event)}${by === null ? '' : `, by ${by}`}`
}

function whatOf({ type, subject, data }: SeenEvent): string {
  switch (type) {
    case 'hibob.webhook.received': {
      const fields = data.changedFields?.length ? ` of ${data.changedFields.join(', ')}` : ''
      const sent = data.triggeredAt ? `, of ${data.triggeredAt} as HiBob says` : ''
      return `webhook ${data.webhookType ?? 'of an unknown type'}${fields}${sent}`
    }
    case 'hibob.employee.observed':
      return `HiBob showed ${subject}`
    case 'hibob.employee.missing':
      return `HiBob was asked for ${subject} and did not show them`
    case 'hibob.employees.unchanged':
      return 'an import found the person as before'
    case 'hibob.lists.observed':
      return `HiBob's list ${data.list} was read`
    case 'hibob.import.requested':
      return `an import of everyone was asked for (${data.reason})`
    case 'tenant.settings.changed':
      return `settings version ${data.version}${data.reason ? ` (${data.reason})` : ''}`
    case 'tenant.day.began':
      return `${data.date} began in ${data.timeZone}`
    case 'tenant.hold.approved':
    case 'tenant.hold.rejected':
      return `hold ${data.holdId} was ${type.slice('tenant.hold.'.length)}`
    default:
      return type
  }
}
