// What became of each of many records that were appended together: those that Kafka refused, and the last ones, which nobody answered for.
import type { AppError } from '@hibob-sync/runtime'
import type { Pending } from './lane-queue.ts'
import { sendFailureOf } from './send-failure.ts'

export interface AppendedEach {
  /** Index → short name of the cause: Kafka does not take the record, however often it is sent. */
  refused: Map<number, string>
  /** All before this index are answered for: stored, or refused. Those from it on may be stored. */
  unknown: number
  /** Those from this index on are not stored: no send held them. */
  unsent: number
  /** Why the last ones were given up; null where none were, and where nothing was sent at all. */
  code: string | null
}

export function eachOutcome(count: number) {
  const { promise: all, resolve } = Promise.withResolvers<AppendedEach>()
  const outcome: AppendedEach = { refused: new Map(), unknown: count, unsent: count, code: null }
  let left = count
  if (count === 0) resolve(outcome)

  function stored(): void {
    if (--left === 0) resolve(outcome)
  }

  function failed(error: AppError, { index, tried }: Pick<Pending, 'index' | 'tried'>): void {
    if (error.code === 'log_refused') outcome.refused.set(index, sendFailureOf(error).cause)
    else {
      outcome.code = error.code
      outcome.unknown = Math.min(outcome.unknown, index)
      if (!tried) outcome.unsent = Math.min(outcome.unsent, index)
    }
    stored()
  }

  /** Nothing is sent. */
  function none(): void {
    resolve({ ...outcome, unknown: 0, unsent: 0 })
  }

  return { all, stored, failed, none }
}
