// Whether what was fetched goes on where the partition is handled up to, in the log in which it was handled.
// kafkajs says nothing when a position is not in the log any more: it goes on at the log's beginning.
import type { LastRecord, LogRecord } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import { behindCheckpoint, truncated } from './check-log.ts'
import { isSameRecord } from './last-record.ts'

export interface Reached {
  partition: number
  /** The next offset to handle. */
  position: number
  /** Null when the checkpoint does not know it. */
  last: LastRecord | null
  /** Whether `last` was found in the log since the partition was taken over. */
  compared: boolean
}

export interface Fetched {
  /** The offset that was asked for. */
  from: number
  /** Ascending, at least one. */
  records: readonly LogRecord[]
  /** The offset that the log's next record gets. */
  highWatermark: number
}

/**
 * Null when the records go on. `certain` is false when they may have been fetched before the partition was taken over: then the log is
 * to be read again from `resumeAt`.
 */
export function discontinuity(reached: Reached, fetched: Fetched): { error: AppError; certain: boolean } | null {
  const { partition, position, last, compared } = reached
  const { from, records, highWatermark } = fetched
  const first = (records[0] as LogRecord).offset
  const end = (records.at(-1) as LogRecord).offset
  const at = { partition, offset: position, done: 'handled' }
  if (highWatermark < position) return { error: behindCheckpoint(at, highWatermark), certain: false }
  if (last !== null && (!compared || first < position)) {
    const found = records.find(({ offset }) => offset === last.offset)
    if (found !== undefined)
      return isSameRecord(found, last) ? null : { error: replaced(partition, last), certain: true }
    return { error: replaced(partition, last), certain: from <= last.offset && end > last.offset }
  }
  if (first > position) return { error: truncated(at, first), certain: from <= position }
  return end < position ? { error: notContinued(partition, position, first), certain: false } : null
}

/** Where reading begins again: with the last record that was handled, which is compared. */
export const resumeAt = ({ position, last }: Pick<Reached, 'position' | 'last'>) => last?.offset ?? position

const advice = 'Restore the log with its offsets, or begin again with new topics and an empty MongoDB database'

export const replaced = (partition: number, { offset, time }: LastRecord) =>
  new AppError(
    'log_replaced',
    `partition ${partition}: record ${offset} of the log is not the one of ${new Date(time).toISOString()} that was handled: the topic was made again, or the log was cut and written on. ${advice}`,
    { retryable: false },
  )

const notContinued = (partition: number, position: number, found: number) =>
  new AppError(
    'log_replaced',
    `partition ${partition} is handled up to ${position}, but the log continues at ${found}: the log was cut, or the topic was made again. ${advice}`,
    { retryable: false },
  )
