// Webhooks acknowledged lately, by id: the same bytes of the same tenant need no second record. Only what the broker has acknowledged
// counts, and a repeat that comes before waits for it. In this process alone, and bounded: nothing is wrong where one is stored twice.

const rememberMs = 10 * 60_000
const rememberMax = 100_000
const acknowledged = Promise.resolve(false)

/** `now`: monotonic, in ms. `max`: how many are remembered for the whole time; it may be twice as many for a while. */
export function repeats(now: () => number = () => performance.now(), max = rememberMax) {
  type Known = Map<string, Promise<unknown>>
  let recent: Known = new Map()
  let former: Known = new Map()
  let begunAt = now()

  /** Resolves with whether this call appended. Rejects as `append` does, also for the repeats that waited for it. */
  function once(id: string, append: () => Promise<unknown>): Promise<boolean> {
    if (recent.size >= max || now() - begunAt >= rememberMs) turn()
    const first = recent.get(id) ?? former.get(id)
    if (first === acknowledged) return acknowledged
    if (first !== undefined) return first.then(() => false)
    const appending = append()
    recent.set(id, appending)
    return appending.then(
      () => {
        recent.set(id, acknowledged)
        return true
      },
      error => {
        recent.delete(id)
        former.delete(id)
        throw error
      },
    )
  }

  function turn(): void {
    former = now() - begunAt < 2 * rememberMs ? recent : new Map()
    recent = new Map()
    begunAt = now()
  }

  return { once }
}
