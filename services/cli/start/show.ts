// Shows the figures again and again until it is stopped: on a screen where the terminal's size is known, else a line now and then.
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from '@hibob-sync/runtime'
import logUpdate from 'log-update'
import { takesEscapes } from '../terminal.ts'
import { type Engine, silentEngines, troubleOf } from './engine-answers.ts'
import { type Figures, introductionOf, isScreen, lineOf, type Places, screenOf } from './screen.ts'

const screenEveryMs = 500
const lineEveryMs = 2000
/** Clients of an engine that is away try for longer than anyone wants to look at an old screen. */
const figuresWithinMs = 2500

const onScreen = isScreen(process.stdout) && takesEscapes(process.stdout)

export const tell: (text: string) => void = onScreen ? logUpdate : console.log

/** What was told last stays; what is told next comes below it. */
export const tellBelow = () => {
  if (onScreen) logUpdate.done()
}

export interface Shown {
  figures(): Promise<Figures>
  places: Places
  engines: readonly Engine[]
  onFigures(figures: Figures): void
}

/** Resolves, when stopped, without waiting for figures that are being read. */
export function show({ figures, places, engines, onFigures }: Shown): { stop(): void } {
  let stopped = false
  let toldTrouble = ''
  let reading: Promise<Figures | { code: string }> | null = null

  async function showOnce(): Promise<void> {
    reading ??= figures()
      .catch(error => ({ code: errorCode(error) }))
      .finally(() => {
        reading = null
      })
    const now = await Promise.race([reading, wait(figuresWithinMs, { code: 'no answer yet' })])
    const trouble = 'code' in now ? troubleOf(await silentEngines(engines), now.code) : ''
    if (stopped) return
    if ('code' in now) {
      if (onScreen || trouble !== toldTrouble) tell(trouble)
    } else {
      tell(onScreen ? screenOf(now, places, process.stdout) : lineOf(now))
      onFigures(now)
    }
    toldTrouble = trouble
  }

  async function showOn(): Promise<void> {
    if (!onScreen) tell(introductionOf(places))
    while (!stopped) {
      await showOnce()
      await wait(onScreen ? screenEveryMs : lineEveryMs)
    }
  }

  void showOn()
  return {
    stop() {
      stopped = true
    },
  }
}
