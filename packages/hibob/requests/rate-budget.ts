// How many calls a tenant may still make, per endpoint, from HiBob's own headers. A tenth of each limit is left alone, and
// imports may use at most what the events' share (60 %) leaves, so that an import cannot starve events. One process.
// A refusal that no header explains spreads the calls out, and good answers bring them together again (`refusal-pace.ts`).
import type { RateLimit } from './rate-headers.ts'
import { afterAnswer, afterRefusal, freePace, type Refusal, type RefusalPace } from './refusal-pace.ts'

export type Purpose = 'event' | 'import'

export interface RateBudget {
  /** Takes one call and returns 0, or takes nothing and returns after how many ms to ask again. */
  take(tenant: string, endpoint: string, purpose: Purpose): number
  /** The same answer without taking: for a scheduler that chooses which tenant is next. */
  waitMs(tenant: string, endpoint: string, purpose: Purpose): number
  /** A call that was taken has ended; `rate` is what its answer said. `accepted`: there was an answer, and it was no 429. */
  ended(tenant: string, endpoint: string, rate: RateLimit | null, accepted?: boolean): void
  /** HiBob answered 429. Returns for how many ms nothing goes to this endpoint. */
  limited(tenant: string, endpoint: string, refusal: Refusal): number
  forget(tenant: string): void
}

export interface RateBudgetOptions {
  /** A monotonic clock in ms. */
  now?: () => number
  random?: () => number
  eventsShare?: number
  /** The limit assumed until HiBob has said one: calls per minute. */
  limitUnsaid?: number
}

interface Window {
  limit: number
  remaining: number
  importsTaken: number
  inFlight: number
  resetAt: number
  /** Whether HiBob has said when this window ends. */
  said: boolean
  blockedUntil: number
  pace: RefusalPace
  /** The next call of an endpoint that is paced. */
  nextAt: number
}

const windowMs = 60_000
const jitterMs = 1_000
const leftAloneShare = 0.1
// Reset has whole seconds: a smaller move is the same window
const resetMovedMs = 1_500

export function createRateBudget(options: RateBudgetOptions = {}): RateBudget {
  const { now = () => performance.now(), random = Math.random, eventsShare = 0.6, limitUnsaid = 50 } = options
  const tenants = new Map<string, Map<string, Window>>()

  const windowOf = (tenant: string, endpoint: string): Window => {
    const windows = tenants.get(tenant) ?? new Map<string, Window>()
    const window = windows.get(endpoint) ?? newWindow(limitUnsaid, now())
    tenants.set(tenant, windows.set(endpoint, window))
    if (now() >= window.resetAt) restart(window, now())
    return window
  }

  const waitMs = (tenant: string, endpoint: string, purpose: Purpose): number => {
    const window = windowOf(tenant, endpoint)
    const heldUntil = Math.max(window.blockedUntil, window.nextAt)
    if (now() < heldUntil) return Math.ceil(heldUntil - now())
    const spent = window.remaining <= Math.floor(window.limit * leftAloneShare)
    const importsSpent =
      purpose === 'import' && window.importsTaken >= Math.max(1, Math.floor(window.limit * (1 - eventsShare)))
    return spent || importsSpent ? Math.ceil(window.resetAt - now() + random() * jitterMs) : 0
  }

  return {
    waitMs,
    take(tenant, endpoint, purpose) {
      const wait = waitMs(tenant, endpoint, purpose)
      if (wait > 0) return wait
      const window = windowOf(tenant, endpoint)
      window.remaining--
      window.inFlight++
      window.nextAt = now() + window.pace.spacingMs
      if (purpose === 'import') window.importsTaken++
      return 0
    },
    ended(tenant, endpoint, rate, accepted = rate !== null) {
      const window = windowOf(tenant, endpoint)
      window.inFlight = Math.max(0, window.inFlight - 1)
      if (rate !== null) learn(window, rate, now())
      if (!accepted) return
      window.pace = afterAnswer(window.pace, rate !== null, windowMs / window.limit)
      if (window.pace.spacingMs === 0) window.nextAt = 0
    },
    limited(tenant, endpoint, refusal) {
      const window = windowOf(tenant, endpoint)
      const { pace, pauseMs } = afterRefusal(window.pace, refusal, windowMs / window.limit)
      // a pause that HiBob names is kept as it is, whatever the pace
      Object.assign(window, { pace, nextAt: 0 })
      window.blockedUntil = Math.max(window.blockedUntil, now() + pauseMs)
      return Math.ceil(window.blockedUntil - now())
    },
    forget(tenant) {
      tenants.delete(tenant)
    },
  }
}

function newWindow(limit: number, now: number): Window {
  const resetAt = now + windowMs
  return {
    limit,
    remaining: limit,
    importsTaken: 0,
    inFlight: 0,
    resetAt,
    said: false,
    blockedUntil: 0,
    pace: freePace,
    nextAt: 0,
  }
}

// calls still under way may be counted in the new window
function restart(window: Window, now: number): void {
  window.remaining = window.limit - window.inFlight
  window.importsTaken = 0
  window.resetAt = now + windowMs
  window.said = false
}

function learn(window: Window, rate: RateLimit, now: number): void {
  const resetAt = now + rate.resetInMs
  const left = rate.remaining - window.inFlight
  const isSameWindow = window.said && rate.limit === window.limit && Math.abs(resetAt - window.resetAt) < resetMovedMs
  if (isSameWindow) {
    // answers overtake one another: within a window the count only falls
    window.remaining = Math.min(window.remaining, rate.remaining)
    return
  }
  if (window.said && resetAt < window.resetAt - resetMovedMs) return
  if (window.said) window.importsTaken = 0
  Object.assign(window, { limit: rate.limit, remaining: left, resetAt, said: true })
}
