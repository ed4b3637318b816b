// What is parked, as `parked` shows it: events that could not be folded, and changes that Kafka does not take. Each names tenant, person or team,
// place in the log, cause and what to do. The id of an event begins with a digit, that of a change with its topic.
import type { TopicNames } from '@hibob-sync/kafka'
import { type ParkedEvent, subjectOf, type UndeliveredChange } from '@hibob-sync/mongo'

export function shownEvent({ _id: _, id, parkedAt, retriedAt, ...note }: ParkedEvent) {
  return {
    id,
    kind: 'event' as const,
    ...note,
    todo: todoForEvent(id, note),
    parked_at: parkedAt.toISOString(),
    retried_at: retriedAt?.toISOString() ?? null,
  }
}

/** Null where the event is about no person. */
export const personOf = ({ employeeId, document }: Pick<ParkedEvent, 'employeeId' | 'document'>): string | null =>
  employeeId ?? (document?.split('/').slice(2).join('/') || null)

type EventNote = Pick<ParkedEvent, 'tenantId' | 'employeeId' | 'document' | 'code'>

function todoForEvent(id: string, note: EventNote): string {
  const { tenantId, code } = note
  if (tenantId === '') return `It is of no tenant. See who writes to the topic, then hibob-sync parked discard ${id}`
  if (personOf(note) !== null) return `Read the person again: hibob-sync parked retry ${id}`
  const replay = `hibob-sync replay ${tenantId}`
  return code === 'event_undecodable'
    ? `It is no event of this release. A later one may fold it (${replay}); else hibob-sync parked discard ${id}`
    : `Fold it in its place, with this release: ${replay}`
}

export function shownChange(note: UndeliveredChange, topics: TopicNames) {
  const { _id: id, partition, tenantId, topic, key, offset, bytes, cause, refusedAt, triedAt, tries } = note
  return {
    id,
    kind: 'change' as const,
    tenantId,
    employeeId: topic === 'users' ? subjectOf(note) : null,
    teamId: topic === 'teams' ? subjectOf(note) : null,
    partition,
    offset,
    topic: topicOf(note, topics),
    key,
    bytes,
    code: 'change_refused' as const,
    message: `${topicOf(note, topics)} does not take it: ${cause}, ${bytes} bytes`,
    todo: todoForChange(note, topics),
    parked_at: refusedAt.toISOString(),
    retried_at: tries > 1 ? triedAt.toISOString() : null,
    tries,
  }
}

const topicOf = ({ topic }: UndeliveredChange, { userChanges, teamChanges }: TopicNames) =>
  topic === 'users' ? userChanges : teamChanges

function todoForChange(note: UndeliveredChange, topics: TopicNames): string {
  const topic = topicOf(note, topics)
  const mend = /TOO_LARGE/.test(note.cause)
    ? `Raise max.message.bytes of ${topic} (hibob-sync topics apply sets 2 MiB)`
    : `See what ${topic} takes (hibob-sync topics check)`
  return `${mend}, then hibob-sync parked retry ${note._id}`
}
