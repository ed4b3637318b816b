// What HiBob says of its limits in headers: X-RateLimit-Limit, -Remaining, -Reset (Unix seconds by HiBob's clock), Retry-After.
// Everything comes out as a span from now, so that a wrong clock on either side does no harm.
import type { IncomingHttpHeaders } from 'node:http'

const clockSkewToleratedMs = 2_000
const spanMsMax = 10 * 60_000
const retryAfterUnsaidMs = 60_000
const jitterMs = 1_000

/** `resetInMs` is counted from the moment of reading. */
export interface RateLimit {
  limit: number
  remaining: number
  resetInMs: number
}

/** Null when one of the three headers is missing or no number. `wallNowMs` is Unix time by this machine. */
export function rateLimitOf(headers: IncomingHttpHeaders, wallNowMs: number): RateLimit | null {
  const limit = countIn(headers['x-ratelimit-limit'])
  const remaining = countIn(headers['x-ratelimit-remaining'])
  const resetSeconds = countIn(headers['x-ratelimit-reset'])
  if (limit === null || remaining === null || resetSeconds === null || limit < 1) return null
  return { limit, remaining, resetInMs: clamp(resetSeconds * 1000 - hibobNow(headers, wallNowMs)) }
}

/** How long to leave an endpoint alone after a 429: Retry-After if HiBob says it, else Reset and a jitter, else a minute. */
export function retryAfterMs(headers: IncomingHttpHeaders, wallNowMs: number, random: () => number): number {
  const said = saidRetryAfterMs(headers, wallNowMs)
  if (said !== null) return said
  const rate = rateLimitOf(headers, wallNowMs)
  return Math.ceil((rate?.resetInMs ?? retryAfterUnsaidMs) + random() * jitterMs)
}

/** Retry-After in seconds or as a date; null when it is absent or unreadable. */
export function saidRetryAfterMs(headers: IncomingHttpHeaders, wallNowMs: number): number | null {
  const text = headers['retry-after']
  if (text === undefined) return null
  const seconds = countIn(text)
  if (seconds !== null) return clamp(seconds * 1000)
  const date = Date.parse(text)
  return Number.isNaN(date) ? null : clamp(date - hibobNow(headers, wallNowMs))
}

// the Date header has whole seconds only, so a clock that is about right is the better one
function hibobNow(headers: IncomingHttpHeaders, wallNowMs: number): number {
  const theirs = Date.parse(headers.date ?? '')
  return Number.isNaN(theirs) || Math.abs(theirs - wallNowMs) <= clockSkewToleratedMs ? wallNowMs : theirs
}

function countIn(header: string | string[] | undefined): number | null {
  return typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : null
}

const clamp = (ms: number) => Math.min(Math.max(ms, 0), spanMsMax)
