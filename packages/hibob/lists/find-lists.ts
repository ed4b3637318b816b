// Finds the wanted lists of a company, each in as small an answer as HiBob gives: by name, or else among all lists, of which only the
// wanted ones are kept. Which lists were not to be had by name is remembered, so that not each reading costs calls that fail.
import type { HibobFailure } from '../failure.ts'
import { pathOf, type ShapeNote } from '../shape-note.ts'
import type { ListsAnswer } from './lists-reader.ts'
import type { NamedList } from './named-list.ts'

export interface ListCalls {
  single(name: string): Promise<ListsAnswer | HibobFailure>
  all(names: readonly string[]): Promise<ListsAnswer | HibobFailure>
}

/** `begun`: of the request in whose answer the list was. */
export interface FoundLists<Begun> {
  kind: 'ok'
  lists: (NamedList & { begun: Begun })[]
  /** Wanted, and nowhere at HiBob. */
  missing: string[]
  notes: ShapeNote[]
}

/** Beyond this one call for all lists is cheaper, and spares the limit of calls. */
const singlesMax = 12
const rememberedMs = 6 * 60 * 60_000

/** `now`: a monotonic clock in ms. */
export function listFinder(now: () => number) {
  const notAloneUntil = new Map<string, number>()
  let isAnyAlone = false

  /** `begin` is called before each request; where it returns null nothing more is sent. */
  return async function find<Begun>(
    names: readonly string[],
    { single, all }: ListCalls,
    begin: () => Begun | null,
  ): Promise<FoundLists<Begun> | { kind: 'not-begun' } | HibobFailure> {
    const found: FoundLists<Begun> = { kind: 'ok', lists: [], missing: [...new Set(names)], notes: [] }
    const tried = new Set<string>()

    const ask = async (call: () => Promise<ListsAnswer | HibobFailure>) => {
      const begun = begin()
      if (begun === null) return { kind: 'not-begun' as const }
      const answer = await call()
      if (answer.kind !== 'ok') return answer
      found.notes.push(...answer.notes)
      found.lists.push(...answer.lists.map(list => ({ ...list, begun })))
      found.missing = found.missing.filter(name => !answer.lists.some(list => list.name === name))
      return null
    }

    /** What ends the reading, or null. */
    const askAlone = async (name: string) => {
      tried.add(name)
      const failed = await ask(() => single(name))
      if (failed === null) isAnyAlone = true
      else if (endsReading(failed)) return failed
      else for (const each of isAnyAlone ? [name] : names) notAloneUntil.set(each, now() + rememberedMs)
      return null
    }

    const mayBeAlone = (name: string) => names.length <= singlesMax && (notAloneUntil.get(name) ?? 0) <= now()

    for (const name of [...found.missing]) {
      const ended = mayBeAlone(name) ? await askAlone(name) : null
      if (ended !== null) return ended
    }
    if (found.missing.length === 0) return found
    const failed = await ask(() => all(found.missing))
    if (failed !== null && (endsReading(failed) || failed.kind === 'unavailable')) return failed
    if (names.length <= singlesMax)
      for (const name of found.missing.filter(name => !tried.has(name))) {
        const ended = await askAlone(name)
        if (ended !== null) return ended
      }
    if (failed !== null && failed.kind !== 'not-begun') {
      if (found.lists.length === 0) return failed
      found.notes.push(failed.shape ?? note('$', 'lists', `an answer ${failed.status}`))
    }
    for (const name of found.missing) found.notes.push(note(pathOf('$', name), 'a list', 'nothing'))
    return found
  }
}

/** Whether the next call would fail too, or must wait. */
function endsReading(failed: HibobFailure | { kind: 'not-begun' }): boolean {
  if (failed.kind === 'not-begun' || failed.kind === 'unauthorized' || failed.kind === 'rate_limited') return true
  return failed.kind === 'unavailable' && (failed.status === null || failed.retryAfterMs !== undefined)
}

const note = (path: string, expected: string, found: string): ShapeNote => ({
  endpoint: 'GET /company/named-lists',
  path,
  expected,
  found,
  count: 1,
})
