// HiBob's firewall bans an address that gets 50 answers of 401 within 10 s, for all tenants behind it. So at most ten calls
// per 10 s and process may fail to authenticate; a call whose credentials are not proven counts as failing until it is answered.

export interface AuthFailureCap {
  /** 0 when a call may go out, else after how many ms to ask again. */
  waitMs(proven: boolean): number
  /** A call goes out now. Returns what to call with its outcome, once. */
  begin(proven: boolean): (authFailed: boolean) => void
}

export interface AuthFailureCapOptions {
  /** A monotonic clock in ms. */
  now?: () => number
  failuresMax?: number
  windowMs?: number
}

// an answer that is under way frees its place at a time nobody knows
const askAgainMs = 250

export function createAuthFailureCap(options: AuthFailureCapOptions = {}): AuthFailureCap {
  const { now = () => performance.now(), failuresMax = 10, windowMs = 10_000 } = options
  let failedAt: number[] = []
  let unproven = 0

  return {
    waitMs(proven) {
      failedAt = failedAt.filter(time => time > now() - windowMs)
      const mayFail = failedAt.length + unproven + (proven ? 0 : 1)
      if (failedAt.length < failuresMax && mayFail <= failuresMax) return 0
      const oldest = failedAt[0]
      return oldest !== undefined && failedAt.length >= failuresMax ? Math.ceil(oldest + windowMs - now()) : askAgainMs
    },
    begin(proven) {
      if (!proven) unproven++
      return authFailed => {
        if (!proven) unproven--
        if (authFailed) failedAt.push(now())
      }
    },
  }
}
