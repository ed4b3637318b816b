// An event whose fold threw is parked with its cause and the log goes on; nothing is ever folded out of order.
import type { TenantScope } from './documents.ts'
import { DomainError } from './domain-error.ts'
import { type HibobEvent, type LogRecord, tenantOf } from './events.ts'
import { faultPlace } from './fault-place.ts'

/**
 * `document`: the one user of a sliced event at which the fold threw; null when the whole event is parked. `tenantId` is empty where the
 * record's key is no tenant's. Causes hold no values.
 */
export interface Parked {
  partition: number
  offset: number
  document: string | null
  tenantId: string
  /** Of the fold that failed. */
  generation: number
  eventId: string | null
  type: string | null
  employeeId: string | null
  code: string
  message: string
}

export function parkedBy(
  error: unknown,
  record: LogRecord,
  event: HibobEvent | null,
  document: string | null,
  { generation }: TenantScope,
): Parked {
  const known = event ?? glimpse(record)
  return {
    partition: record.partition,
    offset: record.offset,
    document,
    tenantId: tenantOf(record),
    generation,
    eventId: wordOrNull(known?.id),
    type: wordOrNull(known?.type),
    employeeId: textOrNull((known?.data as { employeeId?: unknown } | null | undefined)?.employeeId),
    ...causeOf(error),
  }
}

/** The words of a fault that is not ours may quote values: its class and place are kept instead. */
const causeOf = (error: unknown): Pick<Parked, 'code' | 'message'> =>
  error instanceof DomainError
    ? { code: error.code, message: error.message }
    : { code: 'fold_failed', message: faultPlace(error) }

/** What a record of this tenant that is not an event of this release says of itself, so that the person can be read again. */
function glimpse(record: LogRecord): Partial<Record<'id' | 'type' | 'data', unknown>> | null {
  try {
    const said = JSON.parse(record.value ?? 'null')
    return said?.tenantid === record.key && tenantOf(record) !== '' ? said : null
  } catch {
    return null
  }
}

const textMax = 128
const textOrNull = (value: unknown) => (typeof value === 'string' && value.length <= textMax ? value : null)

/** Ids and types are words; anything else could be somebody's name. */
function wordOrNull(value: unknown): string | null {
  const text = textOrNull(value)
  return text !== null && /^[\w.:/+-]+$/.test(text) ? text : null
}
