// Whether a log can be the one that a position was reached in.
import type { LastRecord } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { LogEnds } from './log-ends.ts'

export interface LogPositionReached {
  partition: number
  /** Everything below it is done. */
  offset: number
  /** What was done: `folded`, `taken`. */
  done: string
}

/** Throws AppError `log_behind_checkpoint` when the log ends before the position, `log_truncated` when it has lost what comes next. */
export function checkLog(reached: LogPositionReached, { low, high }: LogEnds): void {
  if (reached.offset > high) throw behindCheckpoint(reached, high)
  if (reached.offset < low) throw truncated(reached, low)
}

/** As `checkLog`, of each of the positions. */
export function checkReached(positions: readonly LogPositionReached[], ends: ReadonlyMap<number, LogEnds>): void {
  for (const reached of positions) checkLog(reached, ends.get(reached.partition) ?? nothing)
}

/** Throws AppError `log_behind_checkpoint` when the log ends before one of the positions. */
export function requireReached(positions: readonly LogPositionReached[], ends: ReadonlyMap<number, LogEnds>): void {
  for (const reached of positions) {
    const { high } = ends.get(reached.partition) ?? nothing
    if (reached.offset > high) throw behindCheckpoint(reached, high)
  }
}

const nothing = { low: 0, high: 0 }

/** Throws AppError `log_truncated` when the log of a topic's partition has lost events from `from` on. */
export function requireWhole(topic: string, partition: number, from: number, { low }: LogEnds): void {
  if (low > from) throw beginningGone(topic, partition, from, low)
}

/** The last handled record, where the log still holds it to be compared with. */
export const comparable = (last: LastRecord | null | undefined, { low }: LogEnds): LastRecord | null =>
  last != null && last.offset >= low ? last : null

export const behindCheckpoint = ({ partition, offset, done }: LogPositionReached, high: number) =>
  new AppError(
    'log_behind_checkpoint',
    `partition ${partition} is ${done} up to ${offset}, but its log ends at ${high}: the log was cut, restored from an older copy, or the topic was made again. Restore the log with its offsets, or begin again with new topics and an empty MongoDB database`,
    { retryable: false },
  )

export const beginningGone = (topic: string, partition: number, from: number, low: number) =>
  new AppError(
    'log_truncated',
    `${topic}/${partition} is to be read from ${from}, but it begins at ${low}: events were deleted, and what is built without them would lack people. Check the topic's retention (hibob-sync topics check) and restore the log`,
    { retryable: false },
  )

export const cutWhileRead = (topic: string, partition: number, next: number, high: number) =>
  new AppError(
    'log_truncated',
    `${topic}/${partition} ends at ${high}, before offset ${next} that was to be read: the log was cut while it was read. Restore the log with its offsets`,
    { retryable: false },
  )

export const truncated = ({ partition, offset, done }: LogPositionReached, low: number) =>
  new AppError(
    'log_truncated',
    `partition ${partition} is ${done} up to ${offset}, but its log begins at ${low}: events were deleted before they were ${done}. Check the topic's retention (hibob-sync topics check) and restore the log`,
    { retryable: false },
  )
