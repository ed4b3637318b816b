// From a stretch of the log to what the importer must remember of it (protocol P3). Pure. A webhook about a person, of whatever type,
// makes that person due; ten of them make one. What a webhook says of its own time decides nothing, nor what the broker says.
import type { EventData, HibobEvent, LogRecord } from '@hibob-sync/domain'
import { tableEntryOf } from '@hibob-sync/hibob'
import type { ImportDemand } from '@hibob-sync/mongo'
import { dateReadings } from './date-readings.ts'

export interface DuePerson {
  tenantId: string
  employeeId: string
  /** Offset, id and actor of the newest webhook. */
  throughOffset: number
  eventId: string
  triggeredBy: string | null
  /** When this stretch was taken, ms, by a clock that nobody sets. */
  takenAt: number
}

/** A reading to come, for a row that takes effect on a later date. */
export interface DatedReading {
  tenantId: string
  employeeId: string
  /** When that date begins in one of the zones, ISO 8601: a date has several readings. */
  date: string
  at: number
  throughOffset: number
}

export interface Asked {
  people: DuePerson[]
  dated: DatedReading[]
  /** Tenants whose company lists are to be read. */
  added: string[]
  /** Imports asked for, in the log's order. */
  imports: ImportDemand[]
  /** Tenants to forget, with the offset up to which. */
  removed: { tenantId: string; throughOffset: number }[]
}

export interface KnownEvent {
  record: LogRecord
  event: HibobEvent | null
}

export interface Taking {
  settlingMs: number
  takenAt: number
  /** By the calendar, ms since the epoch. */
  now: number
}

export function whatIsAsked(events: readonly KnownEvent[], taking: Taking): Asked {
  const people = new Map<string, DuePerson>()
  const dated = new Map<string, DatedReading>()
  const added = new Set<string>()
  const removed = new Map<string, number>()
  let imports: ImportDemand[] = []
  for (const { record, event } of events) {
    if (event === null) continue
    switch (event.type) {
      case 'hibob.webhook.received':
        // late webhooks of a removed tenant ask for nothing
        if (removed.has(event.tenantid) && !added.has(event.tenantid)) break
        takeWebhook(people, dated, record, event as HibobEvent<'hibob.webhook.received'>, taking)
        break
      case 'hibob.import.requested': {
        const { importId, reason, by } = event.data as EventData<'hibob.import.requested'>
        imports.push({ importId, tenantId: event.tenantid, reason, by, offset: record.offset, time: record.time })
        break
      }
      case 'tenant.added':
        added.add(event.tenantid)
        break
      case 'tenant.removed':
        removed.set(event.tenantid, record.offset)
        added.delete(event.tenantid)
        imports = imports.filter(({ tenantId }) => tenantId !== event.tenantid)
        for (const known of [people, dated])
          for (const [key, { tenantId }] of known) if (tenantId === event.tenantid) known.delete(key)
    }
  }
  return {
    people: [...people.values()],
    dated: [...dated.values()],
    added: [...added],
    imports,
    removed: [...removed].map(([tenantId, throughOffset]) => ({ tenantId, throughOffset })),
  }
}

function takeWebhook(
  people: Map<string, DuePerson>,
  dated: Map<string, DatedReading>,
  record: LogRecord,
  event: HibobEvent<'hibob.webhook.received'>,
  { settlingMs, takenAt, now }: Taking,
): void {
  const { employeeId, companyMismatch, triggeredBy, webhookType } = event.data
  if (employeeId === null || companyMismatch) return
  const { tenantid: tenantId, id: eventId } = event
  const { offset: throughOffset, time } = record
  const key = `${tenantId}/${employeeId}`
  people.set(key, { tenantId, employeeId, throughOffset, eventId, triggeredBy, takenAt })
  const effective = webhookType?.startsWith('table.entry.') ? tableEntryOf(event.data)?.effectiveDate : null
  // of two clocks the one that is behind: a reading too many does no harm
  for (const { begins: date, at } of dateReadings(effective ?? '', Math.min(time, now), settlingMs))
    dated.set(`${key}/${date}`, { tenantId, employeeId, date, at, throughOffset })
}
