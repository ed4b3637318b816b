// One request to HiBob about people of one tenant, and what follows from its answer. The pending reads go only after the log has
// acknowledged what was seen, and only where nothing newer has asked meanwhile (protocol P3).
import { encodeEvent, type LogRecord, standardFields } from '@hibob-sync/domain'
import type { HibobClient, HibobFailure, ObservedPerson } from '@hibob-sync/hibob'
import type { PendingRead, PendingReads } from '@hibob-sync/mongo'
import { isSettled, observationEvents } from './observation-events.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { newStamp } from './stamp.ts'

export interface PeopleReader {
  owned: OwnedPartitions
  pending: PendingReads
  settlingMs: number
  append(partition: number, records: { key: string; value: string }[]): Promise<void>
}

export type ReadingOutcome =
  | { kind: 'read'; found: ObservedPerson[]; missing: number }
  | { kind: 'not-owned' }
  | HibobFailure

export async function readPeople(
  reader: PeopleReader,
  client: HibobClient,
  tenantId: string,
  partition: LogRecord['partition'],
  people: readonly PendingRead[],
): Promise<ReadingOutcome> {
  const begun = reader.owned.beginRequest(partition)
  if (begun === null) return { kind: 'not-owned' }
  const beganAt = Date.now()
  const answer = await client.searchPeople({
    ids: people.map(({ employeeId }) => employeeId),
    fields: standardFields,
    purpose: 'event',
  })
  if (answer.kind !== 'ok') return answer
  const asked = people.map(({ employeeId, newestWebhookAt, kind, eventId, triggeredBy }) => ({
    employeeId,
    newestWebhookAt,
    cause: { kind, eventId, triggeredBy },
  }))
  const events = observationEvents(
    { tenantId, asOf: begun.asOf, beganAt, asked, found: answer.people },
    reader.settlingMs,
    newStamp(),
  )
  await reader.append(
    partition,
    events.map(event => ({ key: tenantId, value: encodeEvent(event) })),
  )
  await reader.pending.readingsDone(
    people.map(person => ({ ...personOf(person), dueAgainAt: dueAgainAt(person, beganAt, reader.settlingMs) })),
  )
  return { kind: 'read', found: answer.people, missing: answer.missing.length }
}

const personOf = ({ tenantId, employeeId, throughOffset }: PendingRead) => ({ tenantId, employeeId, throughOffset })

/** What was read too soon after the newest webhook may be old: it is read again when that has settled. */
function dueAgainAt({ newestWebhookAt }: PendingRead, beganAt: number, settlingMs: number): number | null {
  return isSettled(newestWebhookAt, beganAt, settlingMs) ? null : (newestWebhookAt ?? 0) + settlingMs
}
