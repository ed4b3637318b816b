// Looks again and again at what is to be done, until it is told to end; a look that fails is made again, one that never ends is noticed.
import { setTimeout as wait } from 'node:timers/promises'
import { type Doing, errorCode, type Logger, sparing } from '@hibob-sync/runtime'

export interface Looking {
  everyMs: number
  /** Nothing is looked at while this is false (protocol P4). */
  mayBegin(): boolean
  look(): Promise<void>
  /** What is logged when a look fails. */
  fault: string
  loops: LoopRounds
  logger: Logger
  signal: AbortSignal
}

export type LoopRounds = ReturnType<typeof loopRounds>

const roundWithinMs = 300_000

/** Resolves when `signal` has aborted and the last look has ended. */
export async function lookAgainAndAgain(looking: Looking): Promise<void> {
  const { everyMs, mayBegin, look, fault, loops, logger, signal } = looking
  while (!signal.aborted) {
    loops.round(fault, everyMs)
    try {
      if (mayBegin()) await look()
    } catch (error) {
      sparing(logger).warn({ code: errorCode(error) }, fault)
    }
    await wait(everyMs, undefined, { signal }).catch(() => {})
  }
  loops.ended(fault)
}

/** How many looks each loop has begun: one that begins no more stands still. */
export function loopRounds() {
  const rounds = new Map<string, { count: number; everyMs: number }>()
  const whatOf = (fault: string) => `a look that goes on for minutes (${fault})`
  return {
    round: (fault: string, everyMs: number) =>
      void rounds.set(fault, { count: (rounds.get(fault)?.count ?? 0) + 1, everyMs }),
    ended: (fault: string) => void rounds.delete(fault),
    /** As a watchdog looks at it. */
    doing: (): Doing[] =>
      [...rounds].map(([fault, { count, everyMs }]) => ({
        key: `loop/${fault}`,
        what: whatOf(fault),
        progress: count,
        limitMs: roundWithinMs + everyMs,
      })),
  }
}
