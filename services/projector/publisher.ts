// Sends a partition's changes in the order in which they were committed, one send at a time, and notes how far it came (protocol P6).
// Nothing is skipped: a send that fails is repeated with the same ids while the partition is owned. A send whose outcome is unknown,
// or that was answered after the partition was lost, adds its keys to `resend`, and their newest changes go out once more.
import { setTimeout as delay } from 'node:timers/promises'
import type { Lanes } from '@hibob-sync/kafka'
import type { Outbox, OutboxChange, ProjectorCheckpoints, Published } from '@hibob-sync/mongo'
import { type Logger, sparing } from '@hibob-sync/runtime'

type Sendable = Pick<OutboxChange, 'tenantId' | 'topic' | 'key' | 'value' | 'tombstone'>

interface Item {
  changes: Sendable[]
  through: Published
}

export interface PublisherOptions {
  partition: number
  owner: string
  published: Published
  topics: Record<Sendable['topic'], string>
  lanes: Lanes
  outbox: Outbox
  checkpoints: ProjectorCheckpoints
  logger: Logger
  onPublished(changes: number): void
  /** Keys in `resend` are left alone for so long after the take-over: an earlier owner's send may still be under way. */
  resendAfterMs: number
}

export type Publisher = ReturnType<typeof publisher>

const changesPerSendMax = 2000
const resendPollMs = 1000
/** By then MongoDB has the next batch and works on it while this one is sent. */
const wakesAfterMs = 3

export function publisher(options: PublisherOptions) {
  const { partition, owner, lanes, topics, outbox, checkpoints, logger } = options
  const queue: Item[] = []
  const idlers: (() => void)[] = []
  const resendFrom = performance.now() + options.resendAfterMs
  let published = options.published
  let noted = options.published
  let unnoted: { through: Published; changes: Sendable[] }[] = []
  let abandoned = false
  let working: Promise<void> | null = null
  let lastResendPoll = 0
  let isCommitting = false
  let sent = 0

  const resendTimer = setInterval(() => wake(), resendPollMs)

  function enqueue(changes: Sendable[], through: Published): void {
    isCommitting = false
    queue.push({ changes, through })
    setTimeout(wake, wakesAfterMs)
  }

  function wake(): void {
    if (working === null && !abandoned) {
      working = work()
        .catch(error => sparing(logger).error({ partition, code: codeOf(error), err: error }, 'publisher failed'))
        .finally(() => {
          working = null
          if (queue.length > 0) wake()
          else for (const done of idlers.splice(0)) done()
        })
    }
  }

  async function work(): Promise<void> {
    while (queue.length > 0 && !abandoned) await sendNext()
    if (abandoned) return
    await resend()
    // a note now would only hinder the commit, whose changes are soon enqueued
    if (!isCommitting) await notePublished()
  }

  async function sendNext(): Promise<void> {
    const items = take()
    const changes = items.flatMap(item => item.changes)
    if (!(await sendUntilAcknowledged(changes))) return
    published = items.at(-1)?.through ?? published
    unnoted.push({ through: published, changes })
    queue.splice(0, items.length)
    sent += changes.length
    options.onPublished(changes.length)
    for (const done of idlers.splice(0)) done()
  }

  function take(): Item[] {
    let changes = 0
    let count = 0
    for (const item of queue) {
      if (count > 0 && changes + item.changes.length > changesPerSendMax) break
      changes += item.changes.length
      count++
    }
    return queue.slice(0, count)
  }

  /** Returns false when the partition was lost meanwhile. */
  async function sendUntilAcknowledged(changes: Sendable[]): Promise<boolean> {
    for (let attempt = 0; !abandoned; attempt++) {
      try {
        await send(changes)
        if (abandoned) await addResend(keysOf(changes))
        return !abandoned
      } catch (error) {
        await addResend(keysOf(changes))
        const fields = { partition, changes: changes.length, code: codeOf(error) }
        sparing(logger).warn(fields, 'changes not acknowledged, sending them again')
        await delay(Math.min(100 * 2 ** attempt, 3000))
      }
    }
    return false
  }

  async function send(changes: Sendable[]): Promise<void> {
    const records = {
      users: [] as { key: string; value: string | null }[],
      teams: [] as { key: string; value: string | null }[],
    }
    for (const { topic, key, value, tombstone } of changes) {
      records[topic].push({ key, value })
      if (tombstone) records[topic].push({ key, value: null })
    }
    // teams first, so that a service usually knows a team before it meets its members
    if (records.teams.length > 0) await lanes.appendAll(topics.teams, partition, records.teams)
    if (records.users.length > 0) await lanes.appendAll(topics.users, partition, records.users)
  }

  async function addResend(keys: string[]): Promise<void> {
    await untilDone(() => checkpoints.addResend(partition, keys))
  }

  async function resend(): Promise<void> {
    const now = performance.now()
    if (now < resendFrom || now - lastResendPoll < resendPollMs) return
    lastResendPoll = now
    const keys = await checkpoints.resendKeys(partition, owner)
    if (keys.length === 0) return
    const changes: Sendable[] = []
    for (const key of keys) {
      const newest = await newestOf(key)
      if (newest !== null) changes.push(newest)
    }
    if (await sendUntilAcknowledged(changes)) await checkpoints.pullResend(partition, owner, keys)
  }

  function newestOf(noted: string): Promise<Sendable | null> {
    const [topic, tenantId, ...key] = noted.split('|')
    return outbox.newest(topic as Sendable['topic'], tenantId ?? '', key.join('|'), published)
  }

  async function notePublished(): Promise<void> {
    if (published === noted) return
    const through = published
    if (await checkpoints.movePublished(partition, owner, through)) markNoted(through)
    else abandon()
  }

  /** Tells that a commit has stored this `published` under our ownership. */
  function markNoted(through: Published): void {
    noted = through
    unnoted = unnoted.slice(unnoted.findIndex(sent => sent.through === through) + 1)
  }

  /** What a commit that begins now is to note, null for nothing new. It ends by enqueueing its changes. */
  function takeAlong(): Published | null {
    isCommitting = true
    return published === noted ? null : published
  }

  async function untilDone(act: () => Promise<void>): Promise<void> {
    for (let attempt = 0; attempt < 20; attempt++) {
      try {
        return await act()
      } catch (error) {
        sparing(logger).warn({ partition, code: codeOf(error) }, 'keys of an unknown send not noted yet')
        await delay(Math.min(100 * 2 ** attempt, 3000))
      }
    }
  }

  /** Resolves when at most `items` batches wait, or the partition is lost. */
  async function backlogBelow(items: number): Promise<void> {
    while (queue.length > items && !abandoned) await new Promise<void>(resolve => idlers.push(resolve))
  }

  function abandon(): void {
    if (abandoned) return
    abandoned = true
    clearInterval(resendTimer)
    const keys = keysOf(unnoted.flatMap(sent => sent.changes))
    if (keys.length > 0) void addResend(keys)
    for (const done of idlers.splice(0)) done()
  }

  /** Sends what is queued, notes how far it came, and ends. */
  async function finish(): Promise<void> {
    await backlogBelow(0)
    while (working !== null) await working
    if (!abandoned) await notePublished()
    abandon()
  }

  return {
    enqueue,
    /** Changes that wait, and how many were sent since the take-over. */
    backlog: () => ({ changes: queue.reduce((sum, { changes }) => sum + changes.length, 0), sent }),
    backlogBelow,
    abandon,
    finish,
    markNoted,
    takeAlong,
  }
}

/** How a key is noted in the checkpoint's `resend`. */
export const keyOf = ({ topic, tenantId, key }: Sendable) => `${topic}|${tenantId}|${key}`

const keysOf = (changes: readonly Sendable[]) => [...new Set(changes.map(keyOf))]

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
}
