// Things in the order in which they came, any of which may go at any time. A Set would do as well, and cost several times as much.
export interface Linked<T> {
  before: T | null
  after: T | null
}

export type InOrder<T extends Linked<T>> = ReturnType<typeof inOrder<T>>

export function inOrder<T extends Linked<T>>() {
  let oldest: T | null = null
  let newest: T | null = null

  function add(one: T): void {
    one.before = newest
    if (newest === null) oldest = one
    else newest.after = one
    newest = one
  }

  function remove(one: T): void {
    if (one.before === null) oldest = one.after
    else one.before.after = one.after
    if (one.after === null) newest = one.before
    else one.after.before = one.before
  }

  /** Oldest first. Whoever is looked at may be removed meanwhile. */
  function* all(): Generator<T> {
    for (let one = oldest; one !== null; ) {
      const next: T | null = one.after
      yield one
      one = next
    }
  }

  return { add, remove, all, oldest: () => oldest }
}
