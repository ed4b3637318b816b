// How a tenant is asked after HiBob has failed it: when again (by the retry policy), and how many people at once. Pure; times are ms on a
// monotonic clock.
// A request that HiBob refuses or answers with rubbish is halved, down to one person, so that one person's trouble is that person's
// alone; the batch grows again with each good answer. 401 and 403 are no matter of waiting: they end in `credentials_invalid`.
import { type Failure, isLimited, type RetryLimits, retryOf } from '@hibob-sync/hibob'

export interface Gate {
  /** Failures one after the other. */
  failures: number
  closedUntil: number
  /** How many people the next request may name. */
  batchMax: number
}

export interface GateLimits extends RetryLimits {
  batchMax: number
}

/** HiBob as a whole may be out of order: only a failure that lasts so long is put down to what was asked for. */
export const failuresUntilBlamed = 3

export const openGate = (batchMax: number): Gate => ({ failures: 0, closedUntil: 0, batchMax })

export function afterAnswer(gate: Gate, limits: GateLimits): Gate {
  return { failures: 0, closedUntil: 0, batchMax: Math.min(limits.batchMax, gate.batchMax * 2) }
}

/** `random` in [0, 1): tenants that failed together do not come back together. `named`: people in the request that failed. */
export function afterFailure(
  gate: Gate,
  failure: Failure,
  named: number,
  now: number,
  random: number,
  limits: GateLimits,
): Gate {
  const { kind } = failure
  const { failures, waitMs } = retryOf(failure, gate.failures, random, limits)
  if (isLimited(failure)) return { ...gate, closedUntil: now + waitMs }
  const isBlamed = kind === 'rejected' || failures >= failuresUntilBlamed
  const batchMax = isBlamed && named > 1 ? Math.ceil(named / 2) : gate.batchMax
  // a smaller request is another one, which may well be answered: no need to wait long
  if (named > 1 && kind === 'rejected') return { ...gate, closedUntil: now, batchMax }
  if (named > 1 && kind === 'invalid_answer' && failures > failuresUntilBlamed)
    return { ...gate, closedUntil: now + limits.retryBaseMs, batchMax }
  return { failures, closedUntil: now + waitMs, batchMax }
}

/** Whether a request for one person has failed in a way that is put down to this person. */
export function isPersonal(gateBefore: Gate, { kind }: Failure): boolean {
  return kind === 'rejected' || (kind === 'invalid_answer' && gateBefore.failures + 1 >= failuresUntilBlamed)
}
