// After MongoDB refused a transaction, less is tried at once: half of the events, down to one; that one in slices, half of the documents,
// down to one; what is refused alone is parked. Each that follows may be twice as large. Pure: says how much.
import type { Position } from '@hibob-sync/domain'

/** A transaction that was refused: of so many events, or, `sliced`, of so many documents of one event. `fault`: class and code. */
export interface Refused {
  from: Position
  size: number
  sliced: boolean
  fault: string
}

export type Narrowing = ReturnType<typeof narrowing>

export function narrowing() {
  let events = Number.POSITIVE_INFINITY
  let documents = Number.POSITIVE_INFINITY
  let sliced = -1
  let alone: Refused | null = null

  function refused(transaction: Refused): void {
    const { from, size, sliced: inSlices } = transaction
    const half = Math.max(1, Math.floor(size / 2))
    if (!inSlices) {
      if (size > 1) events = half
      else sliced = from.offset
      return
    }
    documents = half
    if (size <= 1) alone = transaction
  }

  /** How many events the next batch may fold. */
  function nextEvents(most: number): number {
    const count = Math.min(events, most)
    events *= 2
    return count
  }

  /** How many documents the next slice may fold. */
  function nextDocuments(most: number): number {
    const count = Math.min(documents, most)
    documents *= 2
    return count
  }

  return {
    refused,
    nextEvents,
    nextDocuments,
    /** The event at the position is folded in slices, however little it reaches. */
    isSliced: ({ offset }: Position) => offset === sliced,
    /** What comes next was refused alone: by which fault. null: it was not. */
    refusedAlone({ offset, step, after }: Position): string | null {
      if (alone === null) return null
      const { from } = alone
      return from.offset === offset && from.step === step && from.after === after ? alone.fault : null
    },
  }
}
