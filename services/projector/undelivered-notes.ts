// Which keys of a partition have an undelivered change. Its owner knows them by heart, so that what is delivered costs no question; it notes what
// Kafka refuses before anything counts as published, and takes a note away when its key's newest change is delivered.
import { subjectOf, type UndeliveredChange, type UndeliveredChanges, undeliveredId } from '@hibob-sync/mongo'
import type { Logger } from '@hibob-sync/runtime'
import type { Refused, Sendable } from './send-changes.ts'

export interface UndeliveredNotesOptions {
  partition: number
  undelivered: UndeliveredChanges
  logger: Logger
  /** How many of the partition there are. */
  onUndelivered(count: number): void
}

export type UndeliveredNotes = ReturnType<typeof undeliveredNotes>

export function undeliveredNotes({ partition, undelivered, logger, onUndelivered }: UndeliveredNotesOptions) {
  /** Note id → offset of its change. */
  const known = new Map<string, number>()

  async function load(): Promise<void> {
    const notes = await undelivered.ofPartition(partition)
    known.clear()
    remember(notes)
  }

  function remember(notes: readonly UndeliveredChange[]): void {
    for (const { _id, offset } of notes) known.set(_id, offset)
    onUndelivered(known.size)
  }

  /** `answered`: changes in order that are delivered, but for the refused. May be repeated. */
  async function settle(answered: readonly Sendable[], refused: readonly Refused[]): Promise<void> {
    if (refused.length === 0 && known.size === 0) return
    const causes = new Map(refused.map(({ change, cause }) => [change, cause]))
    const newest = new Map(answered.map(change => [undeliveredId(change), change]))
    const delivered: Sendable[] = []
    const noted: Refused[] = []
    for (const [id, change] of newest) {
      const cause = causes.get(change)
      if (cause !== undefined) noted.push({ change, cause })
      else if ((known.get(id) ?? Number.POSITIVE_INFINITY) <= change.offset) delivered.push(change)
    }
    await undelivered.note(noted.map(refusedChange))
    await undelivered.delivered(delivered)
    for (const change of delivered) known.delete(undeliveredId(change))
    for (const one of noted) keep(one)
    onUndelivered(known.size)
  }

  function keep({ change, cause }: Refused): void {
    const id = undeliveredId(change)
    const isKnown = known.get(id) === change.offset
    known.set(id, change.offset)
    if (isKnown) return
    const { tenantId, topic, offset, value } = change
    const subject = topic === 'users' ? { employeeId: subjectOf(change) } : { detail: subjectOf(change) }
    logger.warn(
      { partition, tenantId, topic, ...subject, offset, bytes: bytesOf(value), code: 'change_refused', reason: cause },
      'Kafka does not take a change: it is set aside, and the others go on (hibob-sync parked list)',
    )
  }

  function refusedChange({ change, cause }: Refused) {
    const { tenantId, topic, key, offset, value } = change
    return { partition, tenantId, topic, key, offset, bytes: bytesOf(value), cause }
  }

  /** There is nothing left to deliver. */
  async function forget(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      await undelivered.discard(id)
      known.delete(id)
    }
    onUndelivered(known.size)
  }

  return { load, remember, settle, forget, has: (id: string) => known.has(id) }
}

const bytesOf = (value: string | null) => (value === null ? 0 : Buffer.byteLength(value))
