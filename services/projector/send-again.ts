// What the owner of a partition sends once more, each key's newest change: keys of sends whose outcome is unknown (protocol P6), undelivered
// changes that somebody wants to be tried, and now and then a few of them by itself, all of them once Kafka takes one.
import type {
  Outbox,
  ProjectorCheckpoints,
  Published,
  Retry,
  UndeliveredChange,
  UndeliveredChanges,
} from '@hibob-sync/mongo'
import { undeliveredId } from '@hibob-sync/mongo'
import type { Sendable } from './send-changes.ts'
import type { UndeliveredNotes } from './undelivered-notes.ts'

export interface SendAgainOptions {
  partition: number
  owner: string
  outbox: Pick<Outbox, 'newest'>
  checkpoints: Pick<ProjectorCheckpoints, 'wanted' | 'pullResend' | 'pullRetry'>
  undelivered: UndeliveredChanges
  notes: UndeliveredNotes
  resendAfterMs: number
  /** Null when the partition was lost. */
  deliver(changes: readonly Sendable[]): Promise<number | null>
  /** Every change up to this step was sent and none after it, so none of those may be sent before its turn. */
  sentThrough(): Published
}

const lookEveryMs = 1000
const keysAtOnce = 500
const charactersAtOnce = 4 * 1024 * 1024
/** The projector tries by itself: so few refusals cost Kafka nothing. */
const triedAgainAfterMs = 600_000
const triedAtOnce = 10
/** How often it looks whether the time of one has come. */
const dueEveryMs = 60_000

export function sendAgain(options: SendAgainOptions) {
  const { partition, owner, outbox, checkpoints, undelivered, notes, deliver } = options
  const resendFrom = performance.now() + options.resendAfterMs
  let lookedAt = Number.NEGATIVE_INFINITY
  let dueAt = performance.now() + dueEveryMs
  let kafkaTakesThem = false

  /** Between two steps; does a bounded part at a time. */
  async function look(): Promise<void> {
    const now = performance.now()
    if (now - lookedAt < lookEveryMs) return
    lookedAt = now
    const { resend, retry } = await checkpoints.wanted(partition, owner)
    if (retry.length > 0) await answer(retry)
    if (resend.length > 0 && now >= resendFrom) await sendKeys(resend)
    if (now >= dueAt) await tryDue(now)
  }

  async function sendKeys(resend: readonly string[]): Promise<void> {
    const keys: string[] = []
    const changes: Sendable[] = []
    let characters = 0
    for (const key of resend.slice(0, keysAtOnce)) {
      const newest = await newestOf(noteOfKey(key))
      keys.push(key)
      // one that was refused waits in its note
      if (newest !== null && !isNoted(key)) changes.push(newest)
      characters += newest?.value?.length ?? 0
      if (characters > charactersAtOnce) break
    }
    if ((await deliver(changes)) !== null) await checkpoints.pullResend(partition, owner, keys)
    if (keys.length < resend.length) lookedAt = Number.NEGATIVE_INFINITY
  }

  async function answer(retry: readonly Retry[]): Promise<void> {
    const asked = retry.slice(0, triedAtOnce)
    const waiting = await tryNotes(await undelivered.find(asked.map(({ note }) => note)))
    const answered = waiting === null ? [] : asked.filter(({ note }) => !waiting.has(note))
    if (answered.length > 0) await checkpoints.pullRetry(partition, owner, answered)
    if (asked.length < retry.length) lookedAt = Number.NEGATIVE_INFINITY
  }

  /** Those tried longest ago; the next ones at once while Kafka takes any. */
  async function tryDue(now: number): Promise<void> {
    dueAt = now + dueEveryMs
    const before = new Date(Date.now() - (kafkaTakesThem ? 0 : triedAgainAfterMs))
    const due = await undelivered.due(partition, before, triedAtOnce)
    if ((await tryNotes(due)) === null) return
    kafkaTakesThem = due.some(({ _id }) => !notes.has(_id))
    if (kafkaTakesThem) dueAt = now
  }

  /** Returns the ids of those whose turn has not come, and null when the partition was lost. */
  async function tryNotes(found: readonly UndeliveredChange[]): Promise<Set<string> | null> {
    notes.remember(found)
    const changes: Sendable[] = []
    const gone: string[] = []
    const waiting = new Set<string>()
    const through = options.sentThrough()
    for (const note of found) {
      const newest = await newestOf(note)
      // at the take-over: what a former owner has noted is sent once more in its turn
      if (note.offset > through.offset || (note.offset === through.offset && newest?.offset !== note.offset))
        waiting.add(note._id)
      // a newer one was delivered, or there is nothing left to deliver
      else if (newest === null || newest.offset > note.offset) gone.push(note._id)
      else changes.push(newest)
    }
    await notes.forget(gone)
    return (await deliver(changes)) === null ? null : waiting
  }

  const newestOf = ({ topic, tenantId, key }: Pick<Sendable, 'topic' | 'tenantId' | 'key'>) =>
    outbox.newest(topic, tenantId, key, options.sentThrough())

  const isNoted = (key: string) => notes.has(undeliveredId(noteOfKey(key)))

  return { look, isNoted }
}

/** How a key is noted in the checkpoint's `resend`. */
export const keyOf = ({ topic, tenantId, key }: Pick<Sendable, 'topic' | 'tenantId' | 'key'>) =>
  `${topic}|${tenantId}|${key}`

export const keysOf = (changes: readonly Sendable[]) => [...new Set(changes.map(keyOf))]

function noteOfKey(key: string): Pick<Sendable, 'topic' | 'tenantId' | 'key'> {
  const [topic, tenantId, ...rest] = key.split('|')
  return { topic: topic as Sendable['topic'], tenantId: tenantId ?? '', key: rest.join('|') }
}
