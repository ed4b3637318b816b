// An event whose fold threw is parked with its cause and the log goes on; nothing is ever folded out of order.
import type { TenantScope } from './documents.ts'
import { DomainError } from './domain-error.ts'
import type { HibobEvent, LogRecord } from './events.ts'

/** `document`: the one user of a sliced event at which the fold threw; null when the whole event is parked. Causes hold no values. */
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
    tenantId: record.key,
    generation,
    eventId: textOrNull(known?.id),
    type: textOrNull(known?.type),
    employeeId: textOrNull((known?.data as { employeeId?: unknown } | null | undefined)?.employeeId),
    code: error instanceof DomainError ? error.code : 'fold_failed',
    message: error instanceof Error ? error.message : String(error),
  }
}

/** What a record of this tenant that is not an event of this release says of itself, so that the person can be read again. */
function glimpse({ key, value }: LogRecord): Partial<Record<'id' | 'type' | 'data', unknown>> | null {
  try {
    const said = JSON.parse(value ?? 'null')
    return said?.tenantid === key ? said : null
  } catch {
    return null
  }
}

const textMax = 128
const textOrNull = (value: unknown) => (typeof value === 'string' && value.length <= textMax ? value : null)
