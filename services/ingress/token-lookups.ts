// Tokens that are not in memory, asked of MongoDB many at a time: one question under way at once, at most twenty a second, first come,
// first served. However many made-up tokens come, a new tenant's waits for the questions that the sockets in front of it can fill.

export interface TokenLookupsOptions<T> {
  /** Asks of all of these token hashes at once; an answer that is missing means `unknown`. */
  look(hashes: readonly string[]): Promise<ReadonlyMap<string, T>>
}

const everyMs = 50
/** As many as there can be sockets. */
const atOnceMax = 2000
const waitingMax = 100_000

export type TokenLookups<T> = ReturnType<typeof tokenLookups<T>>

export function tokenLookups<T>({ look }: TokenLookupsOptions<T>) {
  type Answer = T | 'unknown' | 'unavailable'
  const waiting = new Map<string, { promise: Promise<Answer>; resolve(answer: Answer): void }>()
  let lookedAt = Number.NEGATIVE_INFINITY
  let isUnderWay = false
  let timer: NodeJS.Timeout | null = null
  let lookups = 0

  /** What MongoDB says from now on; `unavailable` when it does not answer. */
  function ask(hash: string): Promise<Answer> {
    const asked = waiting.get(hash)
    if (asked !== undefined) return asked.promise
    if (waiting.size >= waitingMax) return Promise.resolve('unavailable')
    const { promise, resolve } = Promise.withResolvers<Answer>()
    waiting.set(hash, { promise, resolve })
    lookSoon()
    return promise
  }

  function lookSoon(): void {
    if (isUnderWay || timer !== null || waiting.size === 0) return
    const inMs = Math.max(0, lookedAt + everyMs - performance.now())
    timer = setTimeout(lookNow, inMs)
  }

  async function lookNow(): Promise<void> {
    timer = null
    isUnderWay = true
    lookedAt = performance.now()
    lookups++
    const asked = [...waiting.entries().take(atOnceMax)]
    for (const [hash] of asked) waiting.delete(hash)
    const found = await look(asked.map(([hash]) => hash)).catch(() => null)
    for (const [hash, { resolve }] of asked) resolve(found === null ? 'unavailable' : (found.get(hash) ?? 'unknown'))
    isUnderWay = false
    lookSoon()
  }

  function stop(): void {
    if (timer !== null) clearTimeout(timer)
  }

  return { ask, stop, count: () => lookups }
}
