// What a round of either scenario has in common: its faults in turn, and how it ends.
import type { Random } from '@hibob-sync/hibob-simulator'
import { delay, type World } from './fault.ts'
import { drawPlan } from './faults.ts'

export interface RoundResult {
  /** What was done, with its counted effect. */
  actions: string[]
  /** One line for each promise that did not hold, and each fault that did not fire; none when all is well. */
  failures: string[]
  /** What happened in numbers, for whoever reads along. */
  summary: string
}

export interface RoundOptions {
  name: string
  seed: number
  /** Draws the faults. */
  random: Random
  /** Draws everything else, at moments that depend on the machine. */
  traffic: Random
  patience: number
  /** Says what happens, while it happens. */
  say(line: string): void
}

/** Makes the faults that the seed draws. Those that did nothing are among the failures. */
export async function runFaults(world: World, { random, say }: RoundOptions): Promise<Omit<RoundResult, 'summary'>> {
  const began = performance.now()
  const actions: string[] = []
  const failures: string[] = []
  for (const step of drawPlan(world, random)) {
    await Promise.all(
      step.map(async ({ name, what, run }) => {
        say(`+${((performance.now() - began) / 1000).toFixed(1)} s  ${name}: ${what}`)
        const effect = await run().catch((error: Error) => `failed: ${error.message}`)
        const action = `${name}: ${what} (${effect})`
        say(`+${((performance.now() - began) / 1000).toFixed(1)} s  ${action}`)
        actions.push(action)
        if (typeof effect === 'string' || effect === 0) failures.push(`did not fire: ${action}`)
      }),
    )
    await delay(random.below(500))
  }
  return { actions, failures }
}

/** Waits until it holds, or says that it did not within `ms`. */
export async function within(ms: number, what: string, act: Promise<unknown>): Promise<string[]> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string[]>(resolve => {
    timer = setTimeout(resolve, ms, [`not within ${ms / 1000} s: ${what}`])
  })
  const done = act.then(
    () => [],
    (error: Error) => [`${what}: ${error.message}`],
  )
  return Promise.race([done, late]).finally(() => clearTimeout(timer))
}
