// What the heads of answers say besides: the difference of the clocks, and how many calls are left.
import type { CallFacts } from './answers.ts'
import { attention, type CheckReport, type Finding, note, ok } from './findings.ts'

const clockToleratedMs = 2 * 60_000

/** The difference as the most exact answer has it, in ms; positive when HiBob's clock is ahead. */
export function clockDifference(calls: readonly CallFacts[]): number | null {
  const [best] = calls
    .filter(({ clockAheadMs }) => clockAheadMs !== null)
    .sort((a, b) => a.clockWithinMs - b.clockWithinMs)
  return best?.clockAheadMs ?? null
}

export function judgeClock(differenceMs: number | null): Finding {
  if (differenceMs === null) return note('clock', 'HiBob did not say its time, so the clocks could not be compared')
  const seconds = Math.round(Math.abs(differenceMs) / 1000)
  if (Math.abs(differenceMs) <= clockToleratedMs)
    return ok(
      'clock',
      seconds < 2 ? "This machine's clock agrees with HiBob's" : `This machine's clock is ${seconds} s off HiBob's`,
    )
  return attention(
    'clock',
    `This machine's clock is ${seconds} s ${differenceMs > 0 ? 'behind' : 'ahead of'} HiBob's.`,
    'Set the clock, best by NTP: by it the services decide when people are due and which day it is.',
  )
}

/** The newest that each endpoint said of its limit. */
export function rateBudgets(calls: readonly CallFacts[]): CheckReport['rate'] {
  const newest = new Map(calls.flatMap(({ endpoint, rate }) => (rate === null ? [] : [[endpoint, rate] as const])))
  return [...newest].map(([endpoint, { limit, remaining, resetInMs }]) => ({
    endpoint,
    limit,
    remaining,
    reset_in_s: Math.ceil(resetInMs / 1000),
  }))
}

export function judgeRates(rate: CheckReport['rate'], calls: readonly CallFacts[]): Finding[] {
  if (calls.every(({ status }) => status === null)) return []
  if (rate.length === 0)
    return [note('rate', 'HiBob did not say how many calls it allows; 50 a minute for each endpoint are assumed')]
  return rate.map(({ endpoint, limit, remaining, reset_in_s }) => {
    const text = `${endpoint}: ${remaining} of ${limit} calls left, for ${reset_in_s} s`
    return remaining > limit / 10
      ? ok('rate', text)
      : note('rate', text, 'Something else may be using this service user. Give hibob-sync one of its own.')
  })
}
