// HiBob's limits: so many calls a minute, per endpoint and service user, told in headers on every answer.

export interface RateLimits {
  /** Counts a call; `exceeded` when it is one too many. The headers go with the answer either way. */
  count(user: string, endpoint: string): { exceeded: boolean; headers: Record<string, string> }
}

const published: Record<string, number> = {
  'people/search': 50,
  'people/{id}': 50,
  'company/people/fields': 50,
  'company/named-lists': 50,
}
const otherwise = 50

export function createRateLimits(limits: Record<string, number>, windowMs: number, now: () => number): RateLimits {
  const windows = new Map<string, { start: number; used: number }>()
  return {
    count(user, endpoint) {
      const key = `${user} ${endpoint}`
      const limit = limits[endpoint] ?? published[endpoint] ?? otherwise
      const start = Math.floor(now() / windowMs) * windowMs
      const window = windows.get(key)
      const used = (window?.start === start ? window.used : 0) + 1
      windows.set(key, { start, used })
      const headers = {
        'x-ratelimit-limit': String(limit),
        'x-ratelimit-remaining': String(Math.max(0, limit - used)),
        'x-ratelimit-reset': String(Math.ceil((start + windowMs) / 1000)),
      }
      return { exceeded: used > limit, headers }
    },
  }
}
