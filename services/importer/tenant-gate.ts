// How a tenant is asked after HiBob has failed it: when again, and how many people at once. Pure; times are ms on a monotonic clock.
// A request that HiBob refuses or answers with rubbish is halved, down to one person, so that one person's trouble is that person's
// alone; the batch grows again with each good answer. 401 and 403 are no matter of waiting: they end in `credentials_invalid`.
import type { HibobFailure } from '@hibob-sync/hibob'

export interface Gate {
  /** Failures one after the other. */
  failures: number
  closedUntil: number
  /** How many people the next request may name. */
  batchMax: number
}

export interface GateLimits {
  batchMax: number
  retryBaseMs: number
  retryMaxMs: number
}

export const openGate = (batchMax: number): Gate => ({ failures: 0, closedUntil: 0, batchMax })

export function afterAnswer(gate: Gate, limits: GateLimits): Gate {
  return { failures: 0, closedUntil: 0, batchMax: Math.min(limits.batchMax, gate.batchMax * 2) }
}

/** `random` in [0, 1): tenants that failed together do not come back together. `named`: people in the request that failed. */
export function afterFailure(
  gate: Gate,
  failure: Pick<HibobFailure, 'kind' | 'retryAfterMs'>,
  named: number,
  now: number,
  random: number,
  limits: GateLimits,
): Gate {
  const askedMs = failure.retryAfterMs ?? 0
  if (failure.kind === 'rate_limited') return { ...gate, closedUntil: now + askedMs + random * limits.retryBaseMs }
  const failures = gate.failures + 1
  const batchMax = shrinks(failure.kind, failures) ? Math.max(1, Math.ceil(named / 2)) : gate.batchMax
  // the same request would be refused again, a smaller one may not be: no need to wait
  if (failure.kind === 'rejected' && named > 1) return { failures, closedUntil: now, batchMax }
  const waitMs = Math.max(askedMs, backoffMs(failures, random, limits.retryBaseMs, limits.retryMaxMs))
  return { failures, closedUntil: now + waitMs, batchMax }
}

// HiBob as a whole may be out of order, and smaller requests would only be more of them: so not at the first failure
function shrinks(kind: HibobFailure['kind'], failures: number): boolean {
  return kind === 'rejected' || failures > 2
}

/** Doubles with each failure up to `maxMs`; between half of it and all of it by chance. `failures` ≥ 1. */
export function backoffMs(failures: number, random: number, baseMs: number, maxMs: number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30))
  return ceiling / 2 + (random * ceiling) / 2
}
