// `POST /people/search`: what is sent, and what its answer says of the people asked for.
import Type from 'typebox'
import { Compile } from 'typebox/compile'
import { type ObservedPerson, readPerson } from './person.ts'

export interface SearchAnswer {
  kind: 'ok'
  people: ObservedPerson[]
  /** Ids that were asked for and are not in the answer. Empty when everyone was asked for. */
  missing: string[]
}

interface Search {
  ids?: readonly string[]
  fields: readonly string[]
  showInactive?: boolean
}

const checkAnswer = Compile(Type.Object({ employees: Type.Array(Type.Unknown()) }))

// HiBob refuses `filters: []`, so the key is left out when everyone is asked for
export function searchBody({ ids, fields, showInactive = true }: Search): string {
  const asked = new Set(['root.id', ...fields])
  if (asked.has('work.reportsTo')) asked.add('work.manager')
  const filters = ids === undefined ? {} : { filters: [{ fieldPath: 'root.id', operator: 'equals', values: ids }] }
  return JSON.stringify({ fields: [...asked], ...filters, showInactive, humanReadable: 'APPEND' })
}

/** Null when the answer is no people answer, or a row bears no id: then who is missing cannot be told. */
export function findPeople(value: unknown, { ids, fields }: Search): SearchAnswer | null {
  if (!checkAnswer.Check(value)) return null
  const wanted = ids === undefined ? null : new Set(ids)
  const people = new Map<string, ObservedPerson>()
  for (const row of value.employees) {
    const person = readPerson(row, fields)
    if (person === null) return null
    if (wanted === null || wanted.has(person.id)) people.set(person.id, person)
  }
  const missing = wanted === null ? [] : [...wanted].filter(id => !people.has(id))
  return { kind: 'ok', people: [...people.values()], missing }
}
