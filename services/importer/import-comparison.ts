// What an import tells of people who were seen (protocol P2). Pure. Who differs from the last observation is observed anew; of the
// others only their digests are told. A change of somebody known that no unread webhook announced is drift.
import { isDeepStrictEqual } from 'node:util'
import type { AsOf, HibobEvent } from '@hibob-sync/domain'
import { digestOf, type ObservedPerson } from '@hibob-sync/hibob'
import type { LastObserved } from '@hibob-sync/mongo'
import { type EventStamp, importerSource } from './list-events.ts'
import { observationEvents } from './observation-events.ts'

export interface ImportReading {
  tenantId: string
  importId: string
  by: string
  /** Of the event that asked for the import. */
  requestOffset: number
  asOf: AsOf
  /** Webhooks up to this offset were taken from the log a settling time before the request began. */
  settledThrough: number
  /** When the request began, ms since the epoch. */
  beganAt: number
}

export interface KnownOfPeople {
  last: ReadonlyMap<string, LastObserved>
  /** Offset of the newest webhook about somebody that no settled reading has followed, by employee id. */
  webhooks: ReadonlyMap<string, number>
}

export interface UnchangedPerson {
  id: string
  digest: string
}

export interface DifferentPerson {
  event: HibobEvent<'hibob.employee.observed'>
  /** Never observed before. */
  isNew: boolean
  /** The HiBob fields that changed though no webhook told so. */
  drifted: string[]
}

export interface Comparison {
  different: DifferentPerson[]
  unchanged: UnchangedPerson[]
}

export const unchangedPeopleMax = 400

export function compareWithLast(
  people: readonly ObservedPerson[],
  { last, webhooks }: KnownOfPeople,
  reading: ImportReading,
  stamp: EventStamp,
): Comparison {
  const unchanged: UnchangedPerson[] = []
  const different: ObservedPerson[] = []
  for (const person of people) {
    const known = last.get(person.id)
    const digest = digestOf(person)
    // whoever was deleted and is there again must be told as a whole
    if (known?.digest === digest && known.status !== 'deleted') {
      unchanged.push({ id: person.id, digest })
      continue
    }
    different.push(person)
  }
  const cause = { kind: 'import', eventId: null, offset: reading.requestOffset, triggeredBy: reading.by }
  const asked = different.map(({ id }) => ({ employeeId: id, webhookOffset: webhooks.get(id) ?? null, cause }))
  const observed = observationEvents({ ...reading, asked, found: different }, stamp)
  return {
    different: different.map(({ id, fields }, index) => {
      const known = last.get(id)
      const drifted = known === undefined || webhooks.has(id) ? [] : differentFields(known.fields, fields)
      return { event: observed[index] as DifferentPerson['event'], isNew: known === undefined, drifted }
    }),
    unchanged,
  }
}

/** At most 400 people. */
export function unchangedEvent(
  people: UnchangedPerson[],
  { tenantId, importId, asOf }: ImportReading,
  stamp: EventStamp,
): HibobEvent<'hibob.employees.unchanged'> {
  return {
    specversion: '1.0',
    id: stamp.nextId(),
    source: importerSource,
    type: 'hibob.employees.unchanged',
    time: stamp.time,
    tenantid: tenantId,
    dataversion: 1,
    data: { importId, people, asOf },
  }
}

function differentFields(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  // a field that settings newly name was never known to be otherwise
  const known = Object.keys(after).filter(path => Object.hasOwn(before, path))
  return known.filter(path => !isDeepStrictEqual(before[path], after[path]))
}
