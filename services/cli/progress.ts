// How far long work is: a bar on a terminal, elsewhere a line now and then. On standard error, so that it never mixes with what is asked for.
import cliProgress from 'cli-progress'
import { say } from './output.ts'
import { takesEscapes } from './terminal.ts'

export interface Advance {
  /** What is being done. */
  label: string
  done: number
  /** 0 while it is not known. */
  total: number
  unit: string
  /** What else is known; the first to be cut off where the terminal is narrow. */
  note?: string
}

export interface ProgressDisplay {
  show(advance: Advance): void
  end(): void
}

const lineEveryMs = 5000
/** So that what follows the bar is seen in a terminal of 80 columns. */
const barColumns = 16

export function progressDisplay(): ProgressDisplay {
  return takesEscapes(process.stderr) ? progressBar() : progressLines()
}

function progressBar(): ProgressDisplay {
  const bar = new cliProgress.SingleBar(
    {
      format: (options, { progress }, { text }: { text: string }) =>
        text.replace('[bar]', `[${cliProgress.Format.BarFormat(progress, options)}]`),
      barsize: barColumns,
      hideCursor: true,
      stream: process.stderr,
    },
    cliProgress.Presets.shades_classic,
  )
  const pace = paceOf()
  let label: string | null = null
  return {
    show(advance) {
      if (label !== advance.label) {
        if (label !== null) bar.stop()
        label = advance.label
        bar.start(Math.max(advance.total, 1), 0, { text: barText(advance, pace(advance)) })
      }
      bar.setTotal(Math.max(advance.total, advance.done, 1))
      bar.update(advance.done, { text: barText(advance, pace(advance)) })
    },
    end() {
      if (label !== null) bar.stop()
      label = null
    },
  }
}

/** Where the end is not known there is no bar, and where nothing is counted nothing but what is done. */
function barText(advance: Advance, pace: Pace): string {
  const { label, done, total, unit, note } = advance
  if (total === 0) return `${label}${done === 0 ? '' : ` ${done} ${unit}`}${noteOf(note)}`
  return `${label} [bar] ${amount(advance)} ${unit} · ${pace.perSecond}/s · ${left(pace)}${noteOf(note)}`
}

function progressLines(): ProgressDisplay {
  const pace = paceOf()
  let label: string | null = null
  let shownAt = 0
  return {
    show(advance) {
      const now = performance.now()
      const at = pace(advance)
      if (label === advance.label && now - shownAt < lineEveryMs) return
      label = advance.label
      shownAt = now
      say(lineText(advance, at))
    },
    end() {},
  }
}

function lineText(advance: Advance, pace: Pace): string {
  const { label, done, total, unit, note } = advance
  if (total === 0 && done === 0) return `${label}${noteOf(note)}`
  const rate = pace.perSecond > 0 ? `, ${pace.perSecond}/s, ${left(pace)}` : ''
  return `${label}: ${amount(advance)} ${unit}${rate}${noteOf(note)}`
}

interface Pace {
  perSecond: number
  secondsLeft: number | null
}

/** The pace since a label was first shown. */
function paceOf(): (advance: Advance) => Pace {
  let begun: { label: string; at: number; done: number } | null = null
  return ({ label, done, total }) => {
    if (begun?.label !== label) begun = { label, at: performance.now(), done }
    const seconds = (performance.now() - begun.at) / 1000
    const perSecond = seconds < 0.5 ? 0 : Math.round((done - begun.done) / seconds)
    return { perSecond, secondsLeft: perSecond > 0 && total > 0 ? Math.ceil((total - done) / perSecond) : null }
  }
}

const noteOf = (note: string | undefined) => (note === undefined ? '' : ` · ${note}`)
const amount = ({ done, total }: { done: number; total: number }) => (total > 0 ? `${done}/${total}` : `${done}`)

function left({ secondsLeft }: Pace): string {
  if (secondsLeft === null) return 'time left unknown'
  return secondsLeft < 120 ? `${secondsLeft} s left` : `${Math.ceil(secondsLeft / 60)} min left`
}
