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

/**
 * `namedMs` 0: HiBob named no time that is still to come, so that the pause is ours and grows. `isExplained`: its headers
 * said that the limit is spent, and when it is renewed. `evenlyMs`: the gap at which the assumed limit is just kept.
 */
export function afterRefusal(pace: RefusalPace, namedMs: number, isExplained: boolean, evenlyMs: number) {
  const refusals = pace.refusals + 1
  const growing = Math.min(spacingMsMax, pauseMsMin * 2 ** Math.min(refusals - 1, 30))
  const spacingMs = isExplained ? pace.spacingMs : Math.min(spacingMsMax, Math.max(pace.spacingMs, evenlyMs) * 2)
  return { pace: { refusals, spacingMs }, pauseMs: namedMs > 0 ? namedMs : growing }
}

/** HiBob's own headers, where they come, say more than a gap does. */
export function afterAnswer({ spacingMs }: RefusalPace, hasHeaders: boolean, evenlyMs: number): RefusalPace {
  const shrunk = spacingMs * shrinksTo
  return hasHeaders || shrunk <= evenlyMs ? freePace : { refusals: 0, spacingMs: shrunk }
}
