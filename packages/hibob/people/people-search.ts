// `POST /people/search`: what is sent, and what its answer says of the people asked for.

import { type OddShape, oddShape, type ShapeNote, type ShapeNotes } from '../shape-note.ts'
import { type ObservedPerson, readPerson } from './person.ts'

export interface SearchAnswer {
  kind: 'ok'
  people: ObservedPerson[]
  /** Ids that were asked for and are not in the answer. Empty when everyone was asked for. */
  missing: string[]
  /** The same, where a row bears no id: it may be theirs, so that nothing can be said of them. */
  unclear: string[]
  notes: ShapeNote[]
}

interface Search {
  ids?: readonly string[]
  fields: readonly string[]
  showInactive?: boolean
}

// HiBob refuses `filters: []`, so the key is left out when everyone is asked for
export function searchBody({ ids, fields, showInactive = true }: Search): string {
  const asked = new Set(['root.id', ...fields])
  if (asked.has('work.reportsTo')) asked.add('work.manager')
  const filters = ids === undefined ? {} : { filters: [{ fieldPath: 'root.id', operator: 'equals', values: ids }] }
  return JSON.stringify({ fields: [...asked], ...filters, showInactive, humanReadable: 'APPEND' })
}

/** Of rows with the same id the last one counts. An answer in which no row bears an id is not used at all. */
export function findPeople(value: unknown, { ids, fields }: Search, notes: ShapeNotes): SearchAnswer | OddShape {
  const path = Array.isArray(value) ? '$' : '$.employees'
  const rows = Array.isArray(value) ? value : (value as { employees?: unknown } | null)?.employees
  if (!Array.isArray(rows))
    return isObject(value) ? oddShape(path, 'a list', rows) : oddShape('$', 'an object or a list', value)
  const wanted = ids === undefined ? null : new Set(ids)
  const people = new Map<string, ObservedPerson>()
  let nobody = 0
  for (const [at, row] of rows.entries()) {
    const person = readPerson(row, fields, { path: `${path}[${at}]`, notes })
    if (person === null) nobody++
    else if (wanted === null || wanted.has(person.id)) people.set(person.id, person)
  }
  if (nobody > 0 && nobody === rows.length) return oddShape(`${path}[0].id`, 'an id', (rows[0] as Row)?.id)
  const absent = wanted === null ? [] : [...wanted].filter(id => !people.has(id))
  const [missing, unclear] = nobody === 0 ? [absent, []] : [[], absent]
  return { kind: 'ok', people: [...people.values()], missing, unclear, notes: notes.found() }
}

type Row = { id?: unknown } | null

const isObject = (value: unknown) => typeof value === 'object' && value !== null
