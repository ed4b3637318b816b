// Faults that may come by the thousand, as lines that do not: the first at once, then one a second with how many there were.

const everyMs = 1000

/** `now`: monotonic, in ms. Returns what is to be called for each fault; `log` gets the newest, and how many since the last line. */
export function countedLog<T>(log: (newest: T, count: number) => void, now: () => number = () => performance.now()) {
  let loggedAt = Number.NEGATIVE_INFINITY
  let count = 0

  return (newest: T): void => {
    count++
    const at = now()
    if (at - loggedAt < everyMs) return
    log(newest, count)
    loggedAt = at
    count = 0
  }
}
