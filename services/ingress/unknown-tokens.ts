// Token hashes that MongoDB did not know a moment ago, so that it need not be asked again at once. A flood cannot empty it: while it is
// full, no further ones are remembered.

const rememberMs = 5000
const hashesMax = 10_000

/** `now`: monotonic, in ms. */
export function unknownTokens(now: () => number = () => performance.now()) {
  // oldest first
  const until = new Map<string, number>()

  function has(hash: string): boolean {
    const end = until.get(hash)
    if (end === undefined) return false
    if (now() < end) return true
    until.delete(hash)
    return false
  }

  function add(hash: string): void {
    if (until.size >= hashesMax) dropExpired()
    if (until.size < hashesMax) until.set(hash, now() + rememberMs)
  }

  function dropExpired(): void {
    const at = now()
    for (const [hash, end] of until) {
      if (end > at) return
      until.delete(hash)
    }
  }

  return { has, add, delete: (hash: string) => until.delete(hash) }
}
