// Long work over many items in one process that others share: what waits for an answer of the network has its turn in between.
import { setImmediate } from 'node:timers/promises'

/** Small pieces of work: about a millisecond. */
const itemsPerTurn = 64

/** Calls `act` for each item in order, until it returns false. */
export async function inTurns<T>(items: Iterable<T>, act: (item: T) => unknown): Promise<void> {
  let done = 0
  for (const item of items) {
    if (act(item) === false) return
    if (++done % itemsPerTurn === 0) await setImmediate()
  }
}
