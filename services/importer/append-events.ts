// Takes the importer's events into the log, each for itself: one that is too large holds up none of the others.
// They are bounded well below what Kafka takes, since a change tells the old value and the new one.
import { encodeEvent, type HibobEvent } from '@hibob-sync/domain'
import type { Lanes } from '@hibob-sync/kafka'
import { AppError } from '@hibob-sync/runtime'

export interface Appended<E extends HibobEvent = HibobEvent> {
  /** Of the last event that was taken; null when none was. */
  offset: number | null
  /** Too large: larger than an event may be, or than the topic takes (`max.message.bytes`). They are not in the log. */
  refused: E[]
}

export type AppendEvents = <E extends HibobEvent>(partition: number, events: readonly E[]) => Promise<Appended<E>>

export const eventBytesMax = 256 * 1024

/** The function rejects as `lanes.append` does, but for `log_refused`; then some of the events may be in the log. */
export function eventAppender({ append }: Pick<Lanes, 'append'>, topic: string): AppendEvents {
  return async (partition, events) => {
    const outcomes = await Promise.allSettled(
      events.map(async event => {
        const value = encodeEvent(event)
        if (Buffer.byteLength(value) > eventBytesMax) throw tooLarge()
        return append(topic, partition, { key: event.tenantid, value })
      }),
    )
    const rejected = outcomes.find(outcome => outcome.status === 'rejected' && !isRefusal(outcome.reason))
    if (rejected !== undefined) throw (rejected as PromiseRejectedResult).reason
    const offsets = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value.offset] : []))
    const refused = events.filter((_, index) => outcomes[index]?.status === 'rejected')
    return { offset: offsets.at(-1) ?? null, refused }
  }
}

/** For events that are small at any rate: throws AppError `log_refused` (not retryable) unless all of them were taken. */
export function requireTaken({ refused }: Appended): void {
  if (refused.length === 0) return
  const message = 'Kafka refuses even small events: see max.message.bytes of the topic (hibob-sync topics check)'
  throw new AppError('log_refused', message, { retryable: false })
}

const isRefusal = (reason: unknown) => reason instanceof AppError && reason.code === 'log_refused'

const tooLarge = () =>
  new AppError('log_refused', `an event may have ${eventBytesMax} bytes at most`, { retryable: false })
