// What stands still though nothing holds it up: each thing that has something to do now is looked at every second, and one whose progress
// stays the same for its limit stands still. What has nothing to do, or waits for an engine, is not named, and counts anew later.
export interface Doing {
  /** The same thing from look to look. */
  key: string
  /** In words for an operator, such as `partition 3: nothing is read from the log, of which 12 events are not handled`. */
  what: string
  /** Changes whenever the thing moves. */
  progress: string | number
  limitMs: number
}

export interface Standing {
  what: string
  forMs: number
}

interface Watched extends Doing {
  stillMs: number
}

/** A look that comes later than this counts for no more: the process itself stood still. */
const lookCountsMs = 5000

/** `now`: ms on a monotonic clock. */
export function standstill(now = () => performance.now()) {
  let watched = new Map<string, Watched>()
  let lookedAt = now()

  /** Returns what stands still, longest first. */
  function look(doing: Iterable<Doing>): Standing[] {
    const elapsed = Math.min(now() - lookedAt, lookCountsMs)
    lookedAt = now()
    const seen = new Map<string, Watched>()
    for (const thing of doing) {
      const before = watched.get(thing.key)
      const moved = before === undefined || before.progress !== thing.progress
      seen.set(thing.key, { ...thing, stillMs: moved ? 0 : before.stillMs + elapsed })
    }
    watched = seen
    return [...seen.values()]
      .filter(({ stillMs, limitMs }) => stillMs > limitMs)
      .map(({ what, stillMs }) => ({ what, forMs: stillMs }))
      .sort((a, b) => b.forMs - a.forMs)
  }

  return { look }
}
