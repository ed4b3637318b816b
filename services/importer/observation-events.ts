// What HiBob answered about a batch of people → the events that tell of it, one per person. Pure. A person who was named in the
// search and is not in its answer is `missing` (protocol P3); nothing else follows from silence.
import type { AsOf, Cause, HibobEvent } from '@hibob-sync/domain'
import { digestOf, type ObservedPerson } from '@hibob-sync/hibob'
import { type EventStamp, importerSource } from './list-events.ts'

export interface AskedPerson {
  employeeId: string
  cause: Cause
  /** Offset of the newest webhook about this person; null when none is unread. */
  webhookOffset: number | null
}

export interface PeopleReading {
  tenantId: string
  asOf: AsOf
  /** Webhooks up to this offset were taken from the log a settling time before the request began. */
  settledThrough: number
  /** When the request began, ms since the epoch. */
  beganAt: number
  asked: readonly AskedPerson[]
  found: readonly ObservedPerson[]
}

/** Whether what a reading showed of this person cannot be older than the newest webhook: HiBob's reads lag by some seconds. */
export function isSettled(
  { webhookOffset }: Pick<AskedPerson, 'webhookOffset'>,
  { settledThrough }: Pick<PeopleReading, 'settledThrough'>,
): boolean {
  return webhookOffset === null || webhookOffset <= settledThrough
}

export function observationEvents(
  reading: PeopleReading,
  stamp: EventStamp,
): HibobEvent<'hibob.employee.observed' | 'hibob.employee.missing'>[] {
  const found = new Map(reading.found.map(person => [person.id, person]))
  return reading.asked.map(asked => {
    const person = found.get(asked.employeeId)
    const settled = isSettled(asked, reading)
    return person === undefined ? missingEvent(reading, asked, stamp) : observed(reading, asked, person, settled, stamp)
  })
}

function observed(
  { tenantId, asOf, beganAt }: PeopleReading,
  { employeeId, cause }: AskedPerson,
  { fields, labels, absent }: ObservedPerson,
  settled: boolean,
  stamp: EventStamp,
): HibobEvent<'hibob.employee.observed'> {
  const observedAt = new Date(beganAt).toISOString()
  const digest = digestOf({ fields, absent })
  return {
    ...envelopeOf(tenantId, employeeId, stamp),
    type: 'hibob.employee.observed',
    data: { employeeId, fields, labels, absent, digest, asOf, observedAt, settled, cause },
  }
}

export function missingEvent(
  { tenantId, asOf, beganAt }: Pick<PeopleReading, 'tenantId' | 'asOf' | 'beganAt'>,
  { employeeId, cause }: Pick<AskedPerson, 'employeeId' | 'cause'>,
  stamp: EventStamp,
): HibobEvent<'hibob.employee.missing'> {
  return {
    ...envelopeOf(tenantId, employeeId, stamp),
    type: 'hibob.employee.missing',
    data: { employeeId, asOf, observedAt: new Date(beganAt).toISOString(), cause },
  }
}

function envelopeOf(tenantId: string, employeeId: string, stamp: EventStamp) {
  return {
    specversion: '1.0' as const,
    id: stamp.nextId(),
    source: importerSource,
    time: stamp.time,
    subject: employeeId,
    tenantid: tenantId,
    dataversion: 1,
  }
}
