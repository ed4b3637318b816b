// Sends a partition's changes in the order in which they were committed, one send at a time, and notes how far it came (protocol P6).
// What Kafka refuses of a send is noted as undelivered and holds up nothing; what it acknowledges is not sent again; the rest is repeated with
// the same ids while the partition is owned. A send whose outcome is unknown, or that was answered after the partition was lost, adds its keys
// to `resend`, and their newest changes go out once more.
import { setTimeout as delay } from 'node:timers/promises'
import type { Lanes } from '@hibob-sync/kafka'
import type { Outbox, ProjectorCheckpoints, Published, UndeliveredChanges } from '@hibob-sync/mongo'
import { errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import { publishQueue } from './publish-queue.ts'
import { keysOf, sendAgain } from './send-again.ts'
import { type Sendable, sendChanges } from './send-changes.ts'
import { undeliveredNotes } from './undelivered-notes.ts'

export interface PublisherOptions {
  partition: number
  owner: string
  published: Published
  topics: Record<Sendable['topic'], string>
  lanes: Pick<Lanes, 'appendEach'>
  outbox: Pick<Outbox, 'newest'>
  checkpoints: Pick<ProjectorCheckpoints, 'movePublished' | 'addResend' | 'wanted' | 'pullResend' | 'pullRetry'>
  undelivered: UndeliveredChanges
  logger: Logger
  onPublished(changes: number): void
  /** How many undelivered changes the partition has now. */
  onUndelivered(count: number): void
  /** Keys in `resend` are left alone for so long after the take-over: an earlier owner's send may still be under way. */
  resendAfterMs: number
}

export type Publisher = ReturnType<typeof publisher>

const wakesEveryMs = 1000
/** By then MongoDB has the next batch and works on it while this one is sent. */
const wakesAfterMs = 3
const backoffMaxMs = 3000

export function publisher(options: PublisherOptions) {
  const { partition, owner, lanes, topics, checkpoints, logger } = options
  const queue = publishQueue()
  const notes = undeliveredNotes({
    ...options,
    onUndelivered: count => {
      if (!abandoned) options.onUndelivered(count)
    },
  })
  const again = sendAgain({ ...options, notes, deliver, sentThrough: () => published })
  const idlers: (() => void)[] = []
  let published = options.published
  let noted = options.published
  let unnoted: { through: Published; changes: readonly Sendable[] }[] = []
  /** No change after `published` was sent. Only then is known which change of a key is the newest that was sent. */
  let isBetweenSteps = true
  let sent = 0
  let abandoned = false
  let working: Promise<void> | null = null
  let isCommitting = false

  const isOwned = () => !abandoned
  const timer = setInterval(() => wake(), wakesEveryMs)

  /** `through`: the step that ends with these changes; null where more of it follows. */
  function enqueue(changes: readonly Sendable[], through: Published | null): void {
    isCommitting = false
    queue.add(changes, through)
    setTimeout(wake, wakesAfterMs)
  }

  function wake(): void {
    if (working === null && !abandoned) {
      working = work()
        .catch(error => sparing(logger).error({ partition, code: errorCode(error), err: error }, 'publisher failed'))
        .finally(() => {
          working = null
          if (!queue.isEmpty()) wake()
          else for (const done of idlers.splice(0)) done()
        })
    }
  }

  async function work(): Promise<void> {
    for (;;) {
      if (abandoned) return
      if (isBetweenSteps) await again.look()
      if (queue.isEmpty()) break
      await sendNext()
    }
    // a note now would only hinder the commit, whose changes are soon enqueued
    if (!isCommitting) await notePublished()
  }

  async function sendNext(): Promise<void> {
    const { changes, through, isWhole, done } = queue.take()
    const delivered = await deliver(changes)
    if (delivered === null) return
    published = through ?? published
    isBetweenSteps = isWhole
    unnoted.push({ through: published, changes })
    done()
    options.onPublished(delivered)
    for (const idler of idlers.splice(0)) idler()
  }

  /** Each change is delivered, or noted as undelivered. Returns how many are delivered; null when the partition was lost meanwhile. */
  async function deliver(changes: readonly Sendable[]): Promise<number | null> {
    let delivered = 0
    let left = changes
    for (let attempt = 0; left.length > 0 && !abandoned; attempt++) {
      const { answered, refused, unknown, code, ...rest } = await sendChanges(lanes, topics, partition, left, isOwned)
      if (abandoned) break
      await untilDone(() => notes.settle(answered, refused), 'what Kafka refused is not noted yet')
      left = rest.left
      delivered += answered.length - refused.length
      sent += answered.length
      if (left.length === 0) break
      if (answered.length > 0) attempt = 0
      await addResend(keysOf(unknown))
      sparing(logger).warn({ partition, changes: left.length, code }, 'changes not acknowledged, sending them again')
      await delay(Math.min(100 * 2 ** attempt, backoffMaxMs))
    }
    if (!abandoned) return delivered
    await addResend(keysOf(changes))
    return null
  }

  async function addResend(keys: string[]): Promise<void> {
    await untilDone(() => checkpoints.addResend(partition, keys), 'keys of an unknown send not noted yet')
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
    unnoted = unnoted.slice(unnoted.findLastIndex(sent => sent.through === through) + 1)
  }

  /** What a commit that begins now is to note, null for nothing new. It ends by enqueueing its changes. */
  function takeAlong(): Published | null {
    isCommitting = true
    return published === noted ? null : published
  }

  /** Never given up: nobody else knows of it, and whoever owns the partition has to. */
  async function untilDone(act: () => Promise<void>, trouble: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await act()
      } catch (error) {
        sparing(logger).warn({ partition, code: errorCode(error), attempt }, trouble)
        await delay(Math.min(100 * 2 ** attempt, backoffMaxMs))
      }
    }
  }

  /** Resolves when at most `parts` wait, and no more than may, or the partition is lost. */
  async function backlogBelow(parts: number): Promise<void> {
    while (queue.isAbove(parts) && !abandoned) await new Promise<void>(resolve => idlers.push(resolve))
  }

  function abandon(): void {
    if (abandoned) return
    options.onUndelivered(0)
    abandoned = true
    clearInterval(timer)
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
    /** Reads which keys have an undelivered change; before the first change is enqueued. */
    load: notes.load,
    enqueue,
    backlogBelow,
    abandon,
    finish,
    markNoted,
    takeAlong,
    /** Adds those of the keys to `resend` that have no note: what is noted waits for a wish, or for its time. */
    resendLater: (keys: readonly string[]) => addResend(keys.filter(key => !again.isNoted(key))),
    /** Changes that wait, and how many were answered for since the take-over: what waits while that number stays stands still. */
    backlog: () => ({ changes: queue.changes(), sent }),
  }
}
