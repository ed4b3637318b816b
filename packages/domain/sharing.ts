// Values that are equal stay one object: what is kept of a user then costs memory once, and what differs is seen by identity.

/** Takes into the caller's own `next` every value that equals `former`'s; returns `former` itself when all do and no key went. */
export function sharing<T extends object>(former: T | null | undefined, next: T): T {
  if (former == null) return next
  let same = true
  for (const key in next) {
    if (next[key] === former[key] && next[key] !== undefined) continue
    if (Object.hasOwn(former, key) && sameValue(former[key], next[key])) next[key] = former[key]
    else same = false
  }
  return same && keyCount(former) === keyCount(next) ? former : next
}

export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  for (const key in left) if (!Object.hasOwn(right, key) || !sameValue(left[key], right[key])) return false
  return Array.isArray(a) === Array.isArray(b) && keyCount(left) === keyCount(right)
}

function keyCount(object: object): number {
  let count = 0
  for (const _ in object) count++
  return count
}
