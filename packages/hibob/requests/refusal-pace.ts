// How an endpoint is called after HiBob has refused it: not before the pause that HiBob named, and from then on spread out when
// no header said why. The gap between two calls doubles with each refusal, up to a minute, and shrinks slowly with good answers. Pure.

export interface RefusalPace {
  /** Refusals one after the other. */
  refusals: number
  /** The least time between two calls; 0 where the calls are counted only. */
  spacingMs: number
}

export const freePace: RefusalPace = { refusals: 0, spacingMs: 0 }

/** The first pause where HiBob names none. */
export const pauseMsMin = 1_000
const spacingMsMax = 60_000
const shrinksTo = 0.8

export interface Refusal {
  /** 0: HiBob named no time that is still to come. */
  namedMs: number
  /** Whether the time comes from Retry-After. A reset is read in whatever unit it seems to have, which may be wrong. */
  isExact: boolean
  /** Whether HiBob's headers said that the limit is spent, and when it is renewed. */
  isExplained: boolean
}

/** `evenlyMs`: the gap at which the assumed limit is just kept. Where no time is named exactly, the pause grows. */
export function afterRefusal(pace: RefusalPace, { namedMs, isExact, isExplained }: Refusal, evenlyMs: number) {
  const refusals = pace.refusals + 1
  const growing = Math.min(spacingMsMax, pauseMsMin * 2 ** Math.min(refusals - 1, 30))
  const spacingMs = isExplained ? pace.spacingMs : Math.min(spacingMsMax, Math.max(pace.spacingMs, evenlyMs) * 2)
  const pauseMs = isExact && namedMs > 0 ? namedMs : Math.max(namedMs, growing)
  return { pace: { refusals, spacingMs }, pauseMs }
}

/** HiBob's own headers, where they come, say more than a gap does. */
export function afterAnswer({ spacingMs }: RefusalPace, hasHeaders: boolean, evenlyMs: number): RefusalPace {
  const shrunk = spacingMs * shrinksTo
  return hasHeaders || shrunk <= evenlyMs ? freePace : { refusals: 0, spacingMs: shrunk }
}
