// One request to HiBob about people of one tenant, and what follows from its answer. The pending reads go only after the log has
// acknowledged what was seen, only where nothing newer has asked meanwhile (protocol P3), and only under the ownership under which the
// request began: a reading that has been overtaken counts as older (P1), so it must not settle what its successor has still to read.
import type { Cause, Needs } from '@hibob-sync/domain'
import type { HibobClient, HibobFailure, ObservedPerson, ShapeNote } from '@hibob-sync/hibob'
import type { ImporterCheckpoints, PendingRead, PendingReads } from '@hibob-sync/mongo'
import type { AppendEvents } from './append-events.ts'
import { isSettled, observationEvents } from './observation-events.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { newStamp } from './stamp.ts'
import { steadyNow } from './steady-clock.ts'

export interface PeopleReader {
  owned: OwnedPartitions
  checkpoints: ImporterCheckpoints
  pending: PendingReads
  /** By the settings in force now. */
  needsOf(tenantId: string): Promise<Needs>
  append: AppendEvents
  /** Whether the group still counts this process in. */
  mayBegin(): boolean
  /** Ends the request. */
  signal: AbortSignal
}

export type ReadingOutcome =
  /** Still due are people of whom HiBob shows more than the log takes, and those who may be in a row that bears no id. */
  | {
      kind: 'read'
      found: ObservedPerson[]
      missing: number
      tooLarge: PendingRead[]
      unclear: PendingRead[]
      notes: ShapeNote[]
    }
  | { kind: 'not-owned' }
  | HibobFailure

export async function readPeople(
  reader: PeopleReader,
  client: HibobClient,
  tenantId: string,
  partition: number,
  people: readonly PendingRead[],
): Promise<ReadingOutcome> {
  const { fields } = await reader.needsOf(tenantId)
  const begun = reader.mayBegin() ? reader.owned.beginRequest(partition) : null
  if (begun === null) return { kind: 'not-owned' }
  const beganAt = Date.now()
  const answer = await client.searchPeople({
    ids: people.map(({ employeeId }) => employeeId),
    fields,
    purpose: 'event',
    signal: reader.signal,
  })
  if (answer.kind !== 'ok') return answer
  const isUnclear = ({ employeeId }: PendingRead) => answer.unclear.includes(employeeId)
  const clear = people.filter(person => !isUnclear(person))
  const asked = clear.map(person => ({
    employeeId: person.employeeId,
    webhookOffset: person.webhookOffset ?? null,
    cause: causeOf(person),
  }))
  const { asOf, settledThrough } = begun
  const seen = { tenantId, asOf, settledThrough, beganAt, asked, found: answer.people }
  const events = observationEvents(seen, newStamp())
  const { refused } = await reader.append(partition, events)
  const untold = new Set(refused.map(({ data }) => data.employeeId))
  const [tooLarge = [], told = []] = [true, false].map(is => clear.filter(one => untold.has(one.employeeId) === is))
  if ((await reader.checkpoints.load(partition))?.owner !== begun.owner) return { kind: 'not-owned' }
  await reader.pending.readingsDone(
    told.map(person => ({ ...personOf(person), dueAgainAt: dueAgainAt(reader.owned, person, settledThrough) })),
  )
  const found = answer.people.filter(({ id }) => !untold.has(id))
  const unclear = people.filter(isUnclear)
  return { kind: 'read', found, missing: answer.missing.length, tooLarge, unclear, notes: answer.notes }
}

/** The offset leads whoever asks why straight to the record. */
function causeOf({ kind, eventId, triggeredBy, throughOffset, webhookOffset }: PendingRead): Cause {
  return { kind, eventId, offset: kind === 'webhook' ? (webhookOffset ?? null) : throughOffset, triggeredBy }
}

const personOf = ({ tenantId, employeeId, throughOffset }: PendingRead) => ({ tenantId, employeeId, throughOffset })

/** What was read too soon after the newest webhook may be old: it is read again when that has settled. */
function dueAgainAt(
  owned: OwnedPartitions,
  { partition, webhookOffset }: PendingRead,
  settledThrough: number,
): number | null {
  if (webhookOffset === undefined || isSettled({ webhookOffset }, { settledThrough })) return null
  return steadyNow() + owned.settlesInMs(partition, webhookOffset)
}
