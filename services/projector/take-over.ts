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
    const whole = page.slice(0, wholeSteps(last, page))
    if (whole.length > 0) publisher.enqueue(whole, stepOf(whole.at(-1) as OutboxChange))
    publisher.enqueue(page.slice(whole.length), null)
    await publisher.backlogBelow(1)
  }
  if (last !== undefined) publisher.enqueue([], stepOf(last))
  await publisher.backlogBelow(0)
  return [...keys]
}

/** How many come before the step of the last one: a page may end in the middle of it. */
const wholeSteps = ({ offset, step }: OutboxChange, page: readonly OutboxChange[]) =>
  page.findLastIndex(change => change.offset !== offset || change.step !== step) + 1

const stepOf = ({ offset, step }: OutboxChange): Published => ({ offset, step })
