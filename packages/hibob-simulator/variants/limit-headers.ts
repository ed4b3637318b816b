// How an answer tells of limits and of the time.
import type { Usage } from '../rate-limits.ts'
import type { Variants } from './dimensions.ts'

const skewMs = { right: 0, ahead: 5 * 60_000, behind: -5 * 60_000 } as const

/** `now` in Unix ms. The reset goes by HiBob's clock, as its `Date` does. */
export function limitHeaders(usage: Usage, variants: Variants, now: number): Record<string, string> {
  const { limit, remaining, resetAt } = usage
  const counts = { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(remaining) }
  const theirs = resetAt + skewMs[variants.clock]
  const toGo = String(Math.max(0, Math.ceil((resetAt - now) / 1000)))
  switch (variants.rateHeaders) {
    case 'unix-seconds':
      return { ...counts, 'x-ratelimit-reset': String(Math.ceil(theirs / 1000)) }
    case 'unix-ms':
      return { ...counts, 'x-ratelimit-reset': String(theirs) }
    case 'seconds-to-go':
      return { ...counts, 'x-ratelimit-reset': toGo }
    case 'date':
      return { ...counts, 'x-ratelimit-reset': httpDate(theirs) }
    case 'ietf':
      return { 'ratelimit-limit': String(limit), 'ratelimit-remaining': String(remaining), 'ratelimit-reset': toGo }
    case 'none':
      return {}
  }
}

/** Of a 429. */
export function retryAfterHeader(waitMs: number, { retryAfter, clock }: Variants, now: number): Record<string, string> {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  const text = {
    none: null,
    seconds: String(seconds),
    fraction: (seconds - 0.5).toFixed(1),
    date: httpDate(now + skewMs[clock] + seconds * 1000),
    sign: `+${seconds}`,
    negative: '-1',
  }[retryAfter]
  return text === null ? {} : { 'retry-after': text }
}

export const dateHeader = ({ clock }: Variants, now: number): Record<string, string> =>
  clock === 'right' ? {} : { date: httpDate(now + skewMs[clock]) }

const httpDate = (unixMs: number) => new Date(Math.ceil(unixMs / 1000) * 1000).toUTCString()
