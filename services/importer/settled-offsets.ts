// Up to which webhook of a partition HiBob's answers hold nothing older any more: those that this process took from the log a settling time
// ago. A record is in the log before it is taken, so that this holds whatever any clock says; what a former owner took counts from the
// take-over. What is known here outlasts a rebalance: an offset that was taken once was in the log then.
import { steadyNow } from './steady-clock.ts'

interface Mark {
  offset: number
  at: number
}

export type SettledOffsets = ReturnType<typeof settledOffsets>

export function settledOffsets(settlingMs: number, now = steadyNow) {
  /** By partition, oldest first; the first may be settled, the others are not. */
  const marks = new Map<number, Mark[]>()

  /** Everything up to `offset` was in the log at `at`. */
  function taken(partition: number, offset: number, at = now()): void {
    const known = marks.get(partition) ?? []
    if (offset > (known.at(-1)?.offset ?? -1)) marks.set(partition, [...pruned(known), { offset, at }])
  }

  /** The newest offset that has settled; -1 before the first. */
  function through(partition: number): number {
    const [oldest] = pruned(marks.get(partition) ?? [])
    return oldest !== undefined && isSettled(oldest) ? oldest.offset : -1
  }

  /** How long until a reading that begins then counts as settled for the webhook at `offset`. */
  function waitMs(partition: number, offset: number): number {
    const mark = marks.get(partition)?.find(own => own.offset >= offset)
    return mark === undefined ? settlingMs : Math.max(0, mark.at + settlingMs - now())
  }

  const isSettled = ({ at }: Mark) => now() - at >= settlingMs

  function pruned(known: Mark[]): Mark[] {
    const newest = known.findLastIndex(isSettled)
    return newest <= 0 ? known : known.slice(newest)
  }

  return { taken, through, waitMs }
}
