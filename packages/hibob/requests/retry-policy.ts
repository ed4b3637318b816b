// When a failed call to HiBob is made again: one policy for all endpoints, and for whoever calls them. Pure; times in ms.
import type { HibobFailure } from '../failure.ts'

export type Failure = Pick<HibobFailure, 'kind' | 'status' | 'retryAfterMs'>

export interface RetryLimits {
  /** The wait after the first failure; it doubles with each further one. */
  retryBaseMs: number
  retryMaxMs: number
}

export interface Retry {
  /** Failures one after the other, with this one. */
  failures: number
  waitMs: number
  /** Whether the same call may be answered later. */
  mayPass: boolean
}

/** `failures` before this one; `random` in [0, 1): callers that failed together do not come back together. */
export function retryOf(failure: Failure, failures: number, random: number, limits: RetryLimits): Retry {
  const { kind, retryAfterMs: askedMs = 0 } = failure
  if (isLimited(failure)) return { failures, waitMs: askedMs + random * limits.retryBaseMs, mayPass: true }
  const waitMs = Math.max(askedMs, backoffMs(failures + 1, random, limits.retryBaseMs, limits.retryMaxMs))
  return { failures: failures + 1, waitMs, mayPass: kind === 'unavailable' || kind === 'invalid_answer' }
}

/** HiBob's limit, or a call that was held back here and never sent, is no failure: it says when to come back. */
export function isLimited({ kind, status, retryAfterMs }: Failure): boolean {
  return kind === 'rate_limited' || (status === null && retryAfterMs !== undefined)
}

/** Doubles with each failure up to `maxMs`; between half of it and all of it by chance. `failures` ≥ 1. */
export function backoffMs(failures: number, random: number, baseMs: number, maxMs: number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30))
  return ceiling / 2 + (random * ceiling) / 2
}
