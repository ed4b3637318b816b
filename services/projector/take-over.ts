// Becoming the owner of a partition (protocol P6): compare-and-set on the checkpoint, then send what was committed and not yet published.
import type { Outbox, OutboxChange, Published } from '@hibob-sync/mongo'
import type { Publisher } from './publisher.ts'
import { keyOf } from './send-again.ts'

const pageSize = 2000
const pageCharacters = 4 * 1024 * 1024

/** Sends the changes after `published`, oldest first, and returns their keys as `topic|tenant|key`. */
export async function drainOutbox(
  outbox: Pick<Outbox, 'unsent'>,
  publisher: Pick<Publisher, 'enqueue' | 'backlogBelow'>,
  partition: number,
  published: Published,
): Promise<string[]> {
  const keys = new Set<string>()
  let last: OutboxChange | undefined
  for (;;) {
    const page = await outbox.unsent(partition, last?.place ?? published, pageSize, pageCharacters)
    if (page.length === 0) break
    for (const change of page) keys.add(keyOf(change))
    last = page.at(-1) as OutboxChange
    publisher.enqueue(page, stepBefore(last, page))
    await publisher.backlogBelow(1)
  }
  if (last !== undefined) publisher.enqueue([], stepOf(last))
  await publisher.backlogBelow(0)
  return [...keys]
}

/** A page may end in the middle of a step. */
function stepBefore({ offset, step }: OutboxChange, page: readonly OutboxChange[]): Published | null {
  const before = page.findLast(change => change.offset !== offset || change.step !== step)
  return before === undefined ? null : stepOf(before)
}

const stepOf = ({ offset, step }: OutboxChange): Published => ({ offset, step })
