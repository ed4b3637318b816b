// Webhooks acknowledged lately, by id: the same bytes of the same tenant need no second record. Only what the broker has acknowledged
// counts, and a repeat that comes before waits for it. In this process alone, and bounded: nothing is wrong where one is stored twice.
import { digestSet } from './digest-set.ts'

const rememberMs = 10 * 60_000
const rememberMax = 100_000

/** `now`: monotonic, in ms. `max`: how many are remembered for the whole time; it may be twice as many for a while. */
export function repeats(now: () => number = () => performance.now(), max = rememberMax) {
  const underWay = new Map<string, Promise<unknown>>()
  let recent = digestSet(max)
  let former = digestSet(max)
  let begunAt = now()

  /** Resolves with whether this call appended. Rejects as `append` does, also for the repeats that waited for it. */
  async function once(id: string, append: () => Promise<unknown>): Promise<boolean> {
    if (recent.size() >= max || now() - begunAt >= rememberMs) turn()
    if (recent.has(id) || former.has(id)) return false
    const first = underWay.get(id)
    if (first !== undefined) {
      await first
      return false
    }
    const appending = append()
    underWay.set(id, appending)
    try {
      await appending
      if (recent.size() < max) recent.add(id)
      return true
    } finally {
      underWay.delete(id)
    }
  }

  function turn(): void {
    const oldest = former
    former = recent
    recent = oldest
    recent.clear()
    // nothing came for so long that all of it is old
    if (now() - begunAt >= 2 * rememberMs) former.clear()
    begunAt = now()
  }

  return { once }
}
