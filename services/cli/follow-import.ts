// Follows an import until it has ended: a line for each step, and how far the reading of everyone is.
import type { ImportDocument, ImportPhase, Imports } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { say } from './output.ts'
import { type Advance, progressDisplay } from './progress.ts'

const lookEveryMs = 250
const silenceMs = 15_000

const phases: Record<ImportPhase, string> = {
  ids: 'asking HiBob who is there',
  lists: 'reading departments, sites and titles',
  people: 'reading everyone',
  missing: 'asking by id for those who were not shown',
}

/** Resolves with the import that was carried out: the one that was joined, where it joined one. */
export async function followImport(imports: Imports, importId: string, signal: AbortSignal): Promise<ImportDocument> {
  const display = progressDisplay()
  signal.addEventListener('abort', () => display.end())
  let step = ''
  const sayStep = (text: string) => {
    if (text !== step) say(text)
    step = text
  }
  const since = performance.now()
  let followed = importId
  let known = false
  sayStep('requested')
  try {
    for (;;) {
      const found = await imports.get(followed)
      signal.throwIfAborted()
      if (found === null && known)
        throw new AppError('import_gone', 'the import is gone: its tenant was removed', { retryable: false })
      if (found === null && performance.now() - since > silenceMs)
        sayStep('no importer has taken the request yet: does one run? (hibob-sync run importer)')
      if (found !== null) {
        known = true
        if (found.joined !== null) {
          sayStep(`an import goes on already: following ${found.joined}`)
          followed = found.joined
        } else if (found.open === undefined) return found
        else if (found.phase === 'people' && found.waiting === null) display.show(advanceOf(found))
        else {
          display.end()
          sayStep(stepOf(found))
        }
      }
      await new Promise(resolve => setTimeout(resolve, lookEveryMs))
    }
  } finally {
    display.end()
  }
}

function advanceOf({ counts, expected }: ImportDocument): Advance {
  const note = `${counts.new} new, ${counts.changed} changed, ${counts.unchanged} unchanged`
  return { label: phases.people, done: counts.seen, total: expected ?? 0, unit: 'people', note }
}

function stepOf({ phase, waiting }: ImportDocument): string {
  if (waiting !== null) return `waiting: ${waiting}`
  return phase === null ? 'requested' : phases[phase]
}
