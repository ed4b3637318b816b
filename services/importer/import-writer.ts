// Takes the people of an import in batches into the log: observations, pages of the unchanged, and the missing; keeps count of them.
// One append at a time, paced, so that events of other tenants in the same lane and partition wait for one batch at most.
import type { HibobEvent, ImportCounts } from '@hibob-sync/domain'
import type { ObservedPerson } from '@hibob-sync/hibob'
import { type ImportDrift, type KnownPeople, noCounts, type PendingReads } from '@hibob-sync/mongo'
import { type Appended, requireTaken } from './append-events.ts'
import {
  compareWithLast,
  type DifferentPerson,
  type ImportReading,
  type UnchangedPerson,
  unchangedEvent,
  unchangedPeopleMax,
} from './import-comparison.ts'
import type { Pace } from './import-pace.ts'
import { missingEvent } from './observation-events.ts'
import { newStamp } from './stamp.ts'

export interface ImportWriterParts {
  known: KnownPeople
  pending: PendingReads
  pace: Pace
  /** Throws where this run may append nothing more. */
  append(events: readonly HibobEvent[]): Promise<Appended>
  /** Somebody of whom the log has learnt nothing; null: whose id is not known. */
  onUnreadable(employeeId: string | null, detail: string): void
}

export type ImportWriter = ReturnType<typeof importWriter>

const batchPeople = 200

export function importWriter({ known, pending, pace, append, onUnreadable }: ImportWriterParts) {
  const counts: ImportCounts = { ...noCounts }
  const drift = { people: 0, fields: new Map<string, number>() }
  /** Everyone who was taken into the log, or is about to be. */
  const seen = new Set<string>()
  let waiting: ObservedPerson[] = []
  let unchanged: UnchangedPerson[] = []

  /** Who was taken before is passed over: an answer that broke off is asked for again as a whole. Of rows side by side the last counts. */
  async function take(people: readonly ObservedPerson[], reading: ImportReading): Promise<void> {
    for (const person of people) {
      if (seen.has(person.id)) {
        const at = waiting.findIndex(({ id }) => id === person.id)
        if (at >= 0) waiting[at] = person
        continue
      }
      seen.add(person.id)
      counts.seen++
      waiting.push(person)
      if (waiting.length >= batchPeople) await writeWaiting(reading)
    }
  }

  async function writeWaiting(reading: ImportReading): Promise<void> {
    const people = waiting
    waiting = []
    if (people.length === 0) return
    const ids = people.map(({ id }) => id)
    const { tenantId } = reading
    const [last, webhooks] = await Promise.all([
      known.lastObserved(tenantId, ids),
      pending.newestWebhooks(tenantId, ids),
    ])
    const stamp = newStamp()
    const compared = compareWithLast(people, { last, webhooks }, reading, stamp)
    await writeDifferent(compared.different)
    unchanged.push(...compared.unchanged)
    while (unchanged.length >= unchangedPeopleMax) await writeUnchanged(reading)
  }

  async function writeDifferent(people: readonly DifferentPerson[]): Promise<void> {
    const appended = await write(people.map(({ event }) => event))
    const refused = new Set(appended.refused)
    for (const { event, isNew, drifted } of people) {
      if (refused.has(event))
        unreadable(event.data.employeeId, 'what HiBob shows of this person is too large for the log')
      else {
        counts[isNew ? 'new' : 'changed']++
        noteDrift(drifted)
      }
    }
  }

  async function writeUnchanged(reading: ImportReading): Promise<void> {
    const page = unchanged.slice(0, unchangedPeopleMax)
    unchanged = unchanged.slice(unchangedPeopleMax)
    if (page.length === 0) return
    requireTaken(await write([unchangedEvent(page, reading, newStamp())], page.length))
    counts.unchanged += page.length
  }

  /** Nothing of this reading waits any more: what follows has another `asOf`. */
  async function flush(reading: ImportReading): Promise<void> {
    await writeWaiting(reading)
    await writeUnchanged(reading)
  }

  async function missing(employeeIds: readonly string[], reading: ImportReading): Promise<void> {
    const stamp = newStamp()
    const cause = { kind: 'import', eventId: null, offset: reading.requestOffset, triggeredBy: reading.by }
    requireTaken(await write(employeeIds.map(employeeId => missingEvent(reading, { employeeId, cause }, stamp))))
    counts.notSeen += employeeIds.length
  }

  async function write(events: HibobEvent[], people = events.length): Promise<Appended> {
    if (events.length === 0) return { offset: null, refused: [] }
    await pace.ready()
    const appended = await append(events)
    if (appended.offset !== null) pace.appended(appended.offset, people)
    return appended
  }

  function unreadable(employeeId: string | null, detail: string): void {
    counts.unreadable++
    onUnreadable(employeeId, detail)
  }

  function noteDrift(fields: readonly string[]): void {
    if (fields.length > 0) drift.people++
    for (const field of fields) drift.fields.set(field, (drift.fields.get(field) ?? 0) + 1)
  }

  const driftFound = (): ImportDrift => ({
    people: drift.people,
    fields: [...drift.fields].map(([field, people]) => ({ field, people })).sort((a, b) => b.people - a.people),
  })

  return { take, flush, missing, unreadable, seen: seen as ReadonlySet<string>, counts, driftFound }
}
