// Becoming the owner of a partition (protocol P6): compare-and-set on the checkpoint, then send what was committed and not yet published.
import type { Outbox, Published } from '@hibob-sync/mongo'
import { keyOf, type Publisher } from './publisher.ts'

const pageSize = 2000

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
