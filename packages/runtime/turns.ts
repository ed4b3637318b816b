// Long work over many items in one process that others share: what waits for an answer of the network has its turn in between.
import { setImmediate } from 'node:timers/promises'

/** A turn lasts no longer, and the item that is under way when it ends. */
const turnMs = 10

// one for the process: short pieces of work that follow each other, or alternate, are one long one to everybody else
let began = 0

/** Calls `act` for each item in order, until it returns false. */
export async function inTurns<T>(items: Iterable<T>, act: (item: T) => unknown): Promise<void> {
  for (const item of items) {
    if (performance.now() - began >= turnMs) {
      await setImmediate()
      began = performance.now()
    }
    if (act(item) === false) return
  }
}
