// What HiBob says of its limits in headers: X-RateLimit-Limit, -Remaining, -Reset, their IETF names, Retry-After.
// Everything comes out as a span from now, so that a wrong clock on either side does no harm.
import { httpDate, isoDate } from './http-date.ts'

export type Headers = Record<string, string | string[] | undefined>

const clockSkewToleratedMs = 2_000
const namedPauseMsMax = 3_600_000
const refusedUnsaidMs = 60_000
const jitterMs = 1_000
// a reset further off belongs to another clock or unit: HiBob's windows are a minute long
const resetMsMax = 10 * 60_000
// a shorter time than HiBob's clock can tell is as good as none
const resetMsMin = 1_000
// a span of more seconds than two such windows is one in ms
const resetSecondsMax = 120

/** `resetInMs` is counted from the moment of reading. */
export interface RateLimit {
  limit: number
  remaining: number
  resetInMs: number
}

/** Null when one of the three is missing or unreadable. `wallNowMs` is Unix time by this machine. */
export function rateLimitOf(headers: Headers, wallNowMs: number): RateLimit | null {
  const limit = least(countsIn(headers, 'limit'))
  const remaining = least(countsIn(headers, 'remaining'))
  const resetInMs = saidResetInMs(headers, wallNowMs)
  if (limit === null || remaining === null || resetInMs === null || limit < 1) return null
  return { limit, remaining, resetInMs }
}

/**
 * How long a 429 asks for: Retry-After, else the reset and a jitter, else a minute. 0: HiBob names no time that is still to
 * come, so that the caller has to choose one.
 */
export function retryAfterMs(headers: Headers, wallNowMs: number, random: () => number): number {
  const said = saidRetryAfterMs(headers, wallNowMs)
  if (said !== null) return said
  const resetInMs = saidResetInMs(headers, wallNowMs) ?? refusedUnsaidMs
  return resetInMs < resetMsMin ? 0 : Math.ceil(resetInMs + random() * jitterMs)
}

/** Retry-After as seconds, begun ones counted whole, or as an HTTP date. Null when it is absent or unreadable. */
export function saidRetryAfterMs(headers: Headers, wallNowMs: number): number | null {
  const spans = valuesOf(headers['retry-after']).map(text => {
    if (/^\+?(\d{1,15}(\.\d*)?|\.\d+)$/.test(text)) return Math.ceil(Number(text)) * 1000
    const date = httpDate(text)
    return date === null ? null : Math.ceil((date - hibobNow(headers, wallNowMs)) / 1000) * 1000
  })
  const longest = greatest(spans)
  return longest === null ? null : Math.min(Math.max(longest, 0), namedPauseMsMax)
}

/** The time until the reset, whatever its unit; 0 when it has passed. Null when it is absent, unreadable or absurd. */
function saidResetInMs(headers: Headers, wallNowMs: number): number | null {
  const now = hibobNow(headers, wallNowMs)
  const span = greatest(textsOf(headers, 'reset').map(text => resetIn(text, now)))
  return span === null || span > resetMsMax ? null : Math.max(span, 0)
}

// seconds, ms, µs and ns since 1970 lie a thousandfold apart, and spans far below all of them
function resetIn(text: string, now: number): number | null {
  if (!/^\d{1,20}(\.\d*)?$/.test(text)) {
    const date = httpDate(text) ?? isoDate(text)
    return date === null ? null : date - now
  }
  const value = Number(text)
  if (value <= resetSecondsMax) return Math.ceil(value * 1000)
  if (value < 1e9) return Math.ceil(value)
  const perMs = [1e-3, 1, 1e3, 1e6].find(unit => value / unit < 1e14)
  return perMs === undefined ? null : Math.ceil(value / perMs - now)
}

// the Date header has whole seconds only, so a clock that is about right is the better one
function hibobNow(headers: Headers, wallNowMs: number): number {
  const theirs = httpDate(valuesOf(headers.date)[0] ?? '')
  return theirs === null || Math.abs(theirs - wallNowMs) <= clockSkewToleratedMs ? wallNowMs : theirs
}

type Part = 'limit' | 'remaining' | 'reset'

function countsIn(headers: Headers, part: Part): (number | null)[] {
  return textsOf(headers, part).map(text =>
    /^-?\d{1,15}(\.\d*)?$/.test(text) ? Math.max(0, Math.floor(Number(text))) : null,
  )
}

// X-RateLimit-Limit: 50 · RateLimit-Limit: 50, 50;w=60 · RateLimit: limit=50, remaining=0, reset=20 · RateLimit: "minute";r=0;t=20
function textsOf(headers: Headers, part: Part): string[] {
  const own = valuesOf(headers[`x-ratelimit-${part}`])
  if (own.length > 0) return own
  const named = valuesOf(headers[`ratelimit-${part}`]).map(text => text.split(';', 1)[0]?.trim() ?? '')
  if (named.length > 0) return named.slice(0, 1)
  const key = { limit: 'limit|q', remaining: 'remaining|r', reset: 'reset|t' }[part]
  const member = new RegExp(`(?:^|[,;\\s])(?:${key})=(\\d+)`).exec(valuesOf(headers.ratelimit).join(','))
  return member?.[1] === undefined ? [] : [member[1]]
}

/** A header may come twice, as a list or joined by commas; an HTTP date has a comma of its own, after the day. */
function valuesOf(header: string | string[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap(text => text.split(/(?<!(?:^|[\s,])(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*)\s*,/))
    .map(text => text.trim())
    .filter(text => text !== '')
}

const readable = (values: (number | null)[]) => values.filter(value => value !== null)
const least = (values: (number | null)[]) => readable(values).reduce<number | null>((a, b) => Math.min(a ?? b, b), null)
const greatest = (values: (number | null)[]) =>
  readable(values).reduce<number | null>((a, b) => Math.max(a ?? b, b), null)
