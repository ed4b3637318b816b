// Asks HiBob until it has answered, or has failed in a way that waiting does not mend, by the one retry policy.
import { setTimeout as sleep } from 'node:timers/promises'
import type { HibobFailure } from '../failure.ts'
import { type RetryLimits, retryOf } from './retry-policy.ts'

export interface Patience {
  limits: RetryLimits
  /** Failures one after the other, after which it is given up. HiBob's limit is none. */
  failuresMax: number
  /** All waits together; a wait beyond it is not begun. */
  waitMsMax?: number
  signal?: AbortSignal
  onFailure?(failure: HibobFailure): void
  /** It is waited, and then asked again. */
  onWait?(failure: HibobFailure): void
  random?(): number
  wait?(ms: number): Promise<unknown>
}

/** The answer, or the failure that is final. Throws what `ask` throws, and the signal's reason once it is aborted. */
export async function askPatiently<T extends { kind: string }>(
  ask: () => Promise<T | HibobFailure>,
  patience: Patience,
): Promise<T | HibobFailure> {
  const { limits, signal, random = Math.random, waitMsMax = Number.POSITIVE_INFINITY } = patience
  const wait = patience.wait ?? (ms => sleep(ms, undefined, signal && { signal }).catch(() => undefined))
  let waitedMs = 0
  for (let failures = 0; ; ) {
    const answer = await ask()
    signal?.throwIfAborted()
    if (!isFailure(answer)) return answer
    patience.onFailure?.(answer)
    const retry = retryOf(answer, failures, random(), limits)
    failures = retry.failures
    waitedMs += retry.waitMs
    if (!retry.mayPass || failures >= patience.failuresMax || waitedMs > waitMsMax) return answer
    patience.onWait?.(answer)
    await wait(retry.waitMs)
    signal?.throwIfAborted()
  }
}

export function isFailure(answer: { kind: string }): answer is HibobFailure {
  return 'detail' in answer && 'status' in answer
}
