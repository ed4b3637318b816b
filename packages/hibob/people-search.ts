// `POST /people/search`: what is sent, and what its answer says of the people asked for.
import { type ObservedPerson, readPerson } from './person.ts'
import { type OddShape, oddShape, type ShapeNote, type ShapeNotes } from './shape-note.ts'

export interface SearchAnswer {
  kind: 'ok'
  people: ObservedPerson[]
  /** Ids that were asked for and are not in the answer. Empty when everyone was asked for. */
  missing: string[]
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

/** A row that bears no id leaves open who is missing: then the answer is not used at all. */
export function findPeople(value: unknown, { ids, fields }: Search, notes: ShapeNotes): SearchAnswer | OddShape {
  const rows = (value as { employees?: unknown } | null)?.employees
  if (!Array.isArray(rows)) return oddShape('$.employees', 'a list', rows)
  const wanted = ids === undefined ? null : new Set(ids)
  const people = new Map<string, ObservedPerson>()
  for (const [at, row] of rows.entries()) {
    const person = readPerson(row, fields)
    if (person === null) return oddShape(`$.employees[${at}].id`, 'an id', row?.id)
    if (wanted === null || wanted.has(person.id)) people.set(person.id, person)
  }
  const missing = wanted === null ? [] : [...wanted].filter(id => !people.has(id))
  return { kind: 'ok', people: [...people.values()], missing, notes: notes.found() }
}
