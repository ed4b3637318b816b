// HiBob's limits: so many calls a minute, per endpoint and service user. How answers tell of them is a matter of variants.

export interface RateLimits {
  /** Counts a call. */
  count(user: string, endpoint: string): Usage
}

export interface Usage {
  /** The call is one too many. */
  exceeded: boolean
  limit: number
  remaining: number
  /** Unix ms. */
  resetAt: number
}

const published: Record<string, number> = {
  'people/search': 50,
  'people/{id}': 50,
  'company/people/fields': 50,
  'company/named-lists': 50,
}
const otherwise = 50

/** Windows follow one another from now on. */
export function createRateLimits(limits: Record<string, number>, windowMs: number, now: () => number): RateLimits {
  const windows = new Map<string, { start: number; used: number }>()
  const began = now()
  return {
    count(user, endpoint) {
      const key = `${user} ${endpoint}`
      const limit = limits[endpoint] ?? published[endpoint] ?? otherwise
      const start = began + Math.floor((now() - began) / windowMs) * windowMs
      const window = windows.get(key)
      const used = (window?.start === start ? window.used : 0) + 1
      windows.set(key, { start, used })
      return { exceeded: used > limit, limit, remaining: Math.max(0, limit - used), resetAt: start + windowMs }
    },
  }
}
