// Whether a log can be the one that a position was reached in.
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
export function checkLog({ partition, offset, done }: LogPositionReached, { low, high }: LogEnds): void {
  const reached = `partition ${partition} is ${done} up to ${offset}, but its log`
  if (offset > high)
    throw new AppError(
      'log_behind_checkpoint',
      `${reached} ends at ${high}: the log was cut, or restored from an older copy. Restore the log with its offsets, or begin anew with an empty MongoDB database`,
      { retryable: false },
    )
  if (offset < low)
    throw new AppError(
      'log_truncated',
      `${reached} begins at ${low}: events were deleted before they were ${done}. Check the topic's retention (hibob-sync topics check) and restore the log`,
      { retryable: false },
    )
}
