// What the records at hand say: the event at an offset, what asked for it, and the last that HiBob said of the person.
import type { Cause } from '../events.ts'
import type { Evidence } from './evidence.ts'
import { isAbout, isSame, type SeenEvent, seenEvent } from './seen-event.ts'

export function eventAt({ records, tenant }: Evidence, offset: number): SeenEvent | null {
  return seenEvent(records.get(offset), tenant.id)
}

/** The events at hand that are about the person, oldest first. */
export function personEvents(evidence: Evidence): SeenEvent[] {
  const applied = evidence.user?.asOf ?? evidence.trace?.asOf ?? null
  return [...evidence.records.keys()]
    .sort((a, b) => a - b)
    .flatMap(offset => eventAt(evidence, offset) ?? [])
    .filter(event => isAbout(event, evidence.userId, applied))
}

export const causeOf = (event: SeenEvent): Cause | null => event.data.cause ?? null

/** The event that asked for a reading, where it is at hand. */
export function askedBy(evidence: Evidence, event: SeenEvent): SeenEvent | null {
  const cause = causeOf(event)
  if (cause?.offset != null) return eventAt(evidence, cause.offset)
  if (cause?.eventId == null) return null
  // a repeated webhook bears the same id: the one that asked is the last before the reading
  return personEvents(evidence).findLast(({ id, offset }) => id === cause.eventId && offset < event.offset) ?? null
}

/** The reading that was applied last: what showed the person, did not, or found them as before. */
export function lastReading(evidence: Evidence): SeenEvent | null {
  const applied = evidence.user?.asOf ?? evidence.trace?.asOf
  return personEvents(evidence).findLast(({ data }) => isSame(data.asOf, applied)) ?? null
}

/** The newest observation applied, or one that showed exactly the same: equal digests are equal fields and equal gaps. */
export function lastObservation(evidence: Evidence): SeenEvent | null {
  const observations = personEvents(evidence).filter(({ type }) => type === 'hibob.employee.observed')
  const { user } = evidence
  if (user === null) return null
  return (
    observations.findLast(({ data }) => isSame(data.asOf, user.asOf)) ??
    observations.findLast(({ data }) => data.digest === user.digest) ??
    null
  )
}
