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
  const data = event?.data as { employeeId?: string | null } | undefined
  return {
    partition: record.partition,
    offset: record.offset,
    document,
    tenantId: record.key,
    generation,
    eventId: event?.id ?? null,
    type: event?.type ?? null,
    employeeId: data?.employeeId ?? null,
    code: error instanceof DomainError ? error.code : 'fold_failed',
    message: error instanceof Error ? error.message : String(error),
  }
}
