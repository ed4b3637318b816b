// What Learn Amp services are told. A change's id is derived from tenant, log offset and subject, so no change ever gets a second id.
import type { Team, User, UserStatus } from './documents.ts'
import type { HibobEvent, LogRecord } from './events.ts'
import { isoTime } from './iso-time.ts'
import { isLargerThan, valueLimits } from './value-limits.ts'

export type ChangeTopic = 'users' | 'teams'

/** `from` and `to` are left out, in a change's value alone, where it would be too large with them (`data.cut`). */
export interface FieldChange {
  field: string
  from: unknown
  to: unknown
}

interface Data {
  user?: User
  team?: Team
  changed: FieldChange[]
  cause: object
}

/** One entry of the outbox: the exact record value that is sent (null removes the key), and whether a null value follows it. */
export interface Change {
  id: string
  tenantId: string
  topic: ChangeTopic
  /** Record key on the topic: `tenant/user` or `tenant/team`. */
  key: string
  offset: number
  value: string | null
  tombstone: boolean
}

export type UserChangeType = 'created' | 'updated' | 'deactivated' | 'reactivated' | 'deleted' | 'invite-due' | 'resent'
export type TeamChangeType = 'created' | 'renamed' | 'moved' | 'resent'

/** The record and event that a change follows from. */
export interface Source {
  record: LogRecord
  event: HibobEvent
}

export function userChangeType(from: UserStatus | null, to: UserStatus): UserChangeType {
  if (from === null) return 'created'
  if (from === to) return 'updated'
  if (to === 'deleted') return 'deleted'
  if (to === 'deactivated') return from === 'deleted' ? 'updated' : 'deactivated'
  return from === 'deactivated' || from === 'deleted' ? 'reactivated' : 'updated'
}

export function userChange(
  source: Source,
  type: UserChangeType,
  user: User,
  changed: FieldChange[],
  tombstone = false,
): Change {
  return change(source, 'users', user.id, `learnamp.user.${type}`, { user, changed, cause: causeOf(source) }, tombstone)
}

export function teamChange(source: Source, type: TeamChangeType, team: Team, changed: FieldChange[]): Change {
  return change(source, 'teams', team.id, `learnamp.team.${type}`, { team, changed, cause: causeOf(source) }, false)
}

/** A key that ends: services forget it, compaction removes it. */
export function teamRemoved(source: Source, teamId: string): Change {
  const { tenantid } = source.event
  return {
    id: changeId(source, 'teams', teamId),
    tenantId: tenantid,
    topic: 'teams',
    key: `${tenantid}/${teamId}`,
    offset: source.record.offset,
    value: null,
    tombstone: false,
  }
}

/** The log offset as consumers compare it: decimal, zero-padded to 20 digits. */
export const sequenceOf = (offset: number) => String(offset).padStart(20, '0')

function change(
  source: Source,
  topic: ChangeTopic,
  subject: string,
  type: string,
  data: Data,
  tombstone: boolean,
): Change {
  return new ToldChange(source, topic, subject, type, data, tombstone)
}

/** Its value is written when it is first asked for: a replay asks for none. */
class ToldChange implements Change {
  readonly id: string
  readonly tenantId: string
  readonly topic: ChangeTopic
  readonly key: string
  readonly offset: number
  readonly tombstone: boolean
  readonly #time: number
  readonly #subject: string
  readonly #type: string
  readonly #data: Data
  #text: string | null = null

  constructor(source: Source, topic: ChangeTopic, subject: string, type: string, data: Data, tombstone: boolean) {
    const { record, event } = source
    this.id = changeId(source, topic, subject)
    this.tenantId = event.tenantid
    this.topic = topic
    this.key = `${event.tenantid}/${subject}`
    this.offset = record.offset
    this.tombstone = tombstone
    this.#time = record.time
    this.#subject = subject
    this.#type = type
    this.#data = data
  }

  get value(): string {
    this.#text ??= this.#written()
    return this.#text
  }

  #written(): string {
    const text = this.#json(this.#data)
    if (!isLargerThan(valueLimits.changeBytes, text)) return text
    const changed = this.#data.changed.map(({ field }) => ({ field }))
    return this.#json({ ...this.#data, changed, cut: true })
  }

  #json(data: object): string {
    return JSON.stringify({
      specversion: '1.0',
      id: this.id,
      source: '/hibob-sync/projector',
      type: this.#type,
      time: isoTime(this.#time),
      subject: this.#subject,
      tenantid: this.tenantId,
      dataversion: 1,
      sequence: sequenceOf(this.offset),
      data,
    })
  }
}

function changeId({ record, event }: Source, topic: ChangeTopic, subject: string): string {
  return `${event.tenantid}/${record.offset}/${topic}/${subject}`
}

function causeOf({ event }: Source) {
  const cause = 'cause' in event.data ? event.data.cause : undefined
  return { eventId: event.id, kind: event.type, triggeredBy: cause?.triggeredBy ?? null }
}
