// Becoming the owner of a partition (protocol P6): compare-and-set on the checkpoint, then send what was committed and not yet published.
import type { Outbox, ProjectorCheckpoint, Published } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { keyOf, type Publisher } from './publisher.ts'

const pageSize = 2000

/** Throws when the log cannot be the one that the checkpoint was folded from: it ends before it, or has lost what comes next. */
export function checkLog({ partition, position }: ProjectorCheckpoint, log: { low: number; high: number }): void {
  if (position.offset > log.high) {
    throw new AppError(
      'log_behind_checkpoint',
      `partition ${partition} is folded up to ${position.offset}, but its log ends at ${log.high}: the log was cut, or restored from an older copy. Restore the log with its offsets, or fold it anew into an empty MongoDB database`,
      { retryable: false },
    )
  }
  if (position.offset < log.low) {
    throw new AppError(
      'log_truncated',
      `partition ${partition} is folded up to ${position.offset}, but its log begins at ${log.low}: events were deleted before they were folded. Check the topic's retention (hibob-sync topics check) and restore the log`,
      { retryable: false },
    )
  }
}

/** Sends the changes after `published`, oldest first, and returns their keys as `topic|tenant|key`. */
export async function drainOutbox(
  outbox: Outbox,
  publisher: Publisher,
  partition: number,
  published: Published,
): Promise<string[]> {
  const keys = new Set<string>()
  for (let from = published; ; ) {
    const page = await outbox.unsent(partition, from, pageSize)
    const last = page.at(-1)
    if (last === undefined) break
    // a full page may end in the middle of a step; a step is at most a transaction, so a page holds a whole one
    const whole =
      page.length < pageSize ? page : page.filter(change => change.offset !== last.offset || change.step !== last.step)
    for (const change of whole) keys.add(keyOf(change))
    const end = whole.at(-1) ?? last
    from = { offset: end.offset, step: end.step }
    publisher.enqueue(whole, from)
    await publisher.backlogBelow(1)
  }
  await publisher.backlogBelow(0)
  return [...keys]
}
