// One call to HiBob with one set of credentials, let through only when the rate budget and the cap on failed authentication
// allow it. Nothing is retried here; after a 401 nothing more is sent until a probe is due, after a 403
// nothing to the same path.
import type { Dispatcher } from 'undici'
import type { HibobFailure } from '../failure.ts'
import { type Answer, type AnswerClock, type ReadValue, readAnswer } from './answer.ts'
import type { AuthFailureCap } from './auth-failure-cap.ts'
import { type Exchange, exchange, type RequestLimits } from './http-exchange.ts'
import type { Purpose, RateBudget } from './rate-budget.ts'
import { rateLimitOf, saidRetryAfterMs } from './rate-headers.ts'
import { pauseMsMin } from './refusal-pace.ts'

export interface CallGuards {
  baseUrl: string
  headers: Record<string, string>
  tenant: string
  dispatcher: Dispatcher
  limits: RequestLimits
  budget: RateBudget | undefined
  authFailures: AuthFailureCap | undefined
  /** How long after a 401 or 403 one more call may try these credentials. */
  probeAfterMs: number
  now: () => number
  wallNow: () => number
  random: () => number
}

export interface Call<T extends object> {
  /** Whose rate budget it comes from. */
  endpoint: string
  method: 'GET' | 'POST'
  path: string
  body?: string
  purpose: Purpose
  signal: AbortSignal | undefined
  read: ReadValue<T>
  /** For an answer that is too large to be read whole: its own limits, and what reads it instead. */
  streamed?: {
    limits: RequestLimits
    read(endpoint: string, exchanged: Exchange, limits: RequestLimits, clock: AnswerClock): Promise<Answer<T>>
  }
}

export type GuardedCall = <T extends object>(call: Call<T>) => Promise<T | HibobFailure>

export function createGuardedCall(guards: CallGuards): GuardedCall {
  const { budget, authFailures, tenant, now } = guards
  // by the path that was refused; null: none is answered
  const refused = new Map<string | null, { failure: HibobFailure; until: number }>()
  // whether HiBob has lately accepted these credentials
  let proven = false

  const heldBack = (asked: string, endpoint: string, purpose: Purpose): HibobFailure | null => {
    for (const refusal of [refused.get(null), refused.get(asked)])
      if (refusal !== undefined && now() < refusal.until) return refusal.failure
    const authWaitMs = authFailures?.waitMs(proven) ?? 0
    if (authWaitMs > 0) return notSent('unavailable', 'too many calls of this process fail to authenticate', authWaitMs)
    const budgetWaitMs = budget?.take(tenant, endpoint, purpose) ?? 0
    return budgetWaitMs > 0 ? limitReached(endpoint, budgetWaitMs) : null
  }

  return async ({ endpoint, method, path, body, purpose, signal, read, streamed }) => {
    const asked = `${method} ${path.split('?', 1)[0]}`
    const held = heldBack(asked, endpoint, purpose)
    if (held !== null) return held
    const answered = authFailures?.begin(proven)
    const outgoing = { method, url: guards.baseUrl + path, headers: guards.headers, signal, ...(body && { body }) }
    const limits = streamed?.limits ?? guards.limits
    const exchanged = await exchange(guards.dispatcher, limits, outgoing)
    const authFailed = exchanged.status === 401 || exchanged.status === 403
    answered?.(authFailed)
    const rate = exchanged.kind === 'exchange' ? rateLimitOf(exchanged.headers, guards.wallNow()) : null
    if (exchanged.kind === 'exchange') proven = !authFailed
    budget?.ended(tenant, endpoint, rate, exchanged.kind === 'exchange' && exchanged.status !== 429)
    const answer = exchanged.kind === 'exchange' ? await answerOf(exchanged) : exchanged

    async function answerOf(exchanged: Exchange) {
      const answer = await (streamed?.read(asked, exchanged, limits, guards) ??
        readAnswer(asked, exchanged, limits, guards, read))
      if (answer.kind === 'answer' || exchanged.forwardedBy === null) return answer
      return { ...answer, detail: `${answer.detail} (through the proxy ${exchanged.forwardedBy})` }
    }

    if (answer.kind === 'answer') return answer.value
    if (answer.kind === 'rate_limited') {
      const namedMs = answer.retryAfterMs ?? 0
      const isExact = exchanged.kind === 'exchange' && saidRetryAfterMs(exchanged.headers, guards.wallNow()) !== null
      const refusal = { namedMs, isExact, isExplained: rate?.remaining === 0 }
      return { ...answer, retryAfterMs: budget?.limited(tenant, endpoint, refusal) ?? Math.max(namedMs, pauseMsMin) }
    }
    // a permission may be missing for one endpoint alone
    if (answer.kind === 'unauthorized' || answer.kind === 'forbidden')
      refused.set(answer.kind === 'unauthorized' ? null : asked, {
        failure: answer,
        until: now() + guards.probeAfterMs,
      })
    return answer
  }
}

function limitReached(endpoint: string, waitMs: number): HibobFailure {
  const seconds = Math.ceil(waitMs / 1000)
  const detail = `HiBob's limit of calls to ${endpoint} is reached: the next one goes out after ${seconds} s`
  return { kind: 'rate_limited', status: null, detail, retryAfterMs: waitMs }
}

function notSent(kind: HibobFailure['kind'], why: string, retryAfterMs: number): HibobFailure {
  return { kind, status: null, detail: `not sent: ${why}`, retryAfterMs }
}
