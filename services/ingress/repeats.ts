// Webhooks acknowledged lately, by id: the same bytes of the same tenant need no second record. Only what the broker has acknowledged
// counts, and a repeat that comes before waits for it. In this process alone, and bounded: nothing is wrong where one is stored twice.
import { digestOf, digestSet } from './digest-set.ts'

const rememberMs = 10 * 60_000
const rememberMax = 100_000

interface UnderWay {
  id: string
  appending: Promise<unknown>
}

/** `now`: monotonic, in ms. `max`: how many are remembered for the whole time; it may be twice as many for a while. */
export function repeats(now: () => number = () => performance.now(), max = rememberMax) {
  /** By a word of the digest: numbers are found faster than texts. Of two that share it, the second is not looked for. */
  const underWay = new Map<number, UnderWay>()
  let recent = digestSet(max)
  let former = digestSet(max)
  let begunAt = now()

  /** Resolves with whether this call appended. Rejects as `append` does, also for the repeats that waited for it. */
  async function once(id: string, append: () => Promise<unknown>): Promise<boolean> {
    if (recent.size() >= max || now() - begunAt >= rememberMs) turn()
    const digest = digestOf(id)
    if (recent.has(digest) || former.has(digest)) return false
    const word = digest[2]
    const first = underWay.get(word)
    if (first?.id === id) {
      await first.appending
      return false
    }
    const own = { id, appending: append() }
    underWay.set(word, own)
    try {
      await own.appending
      if (recent.size() < max) recent.add(digest)
      return true
    } finally {
      if (underWay.get(word) === own) underWay.delete(word)
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
