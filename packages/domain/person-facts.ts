// What is known of a person that decides what becomes of them, taken from the fields that HiBob gave.
import type { PersonFacts } from './standing.ts'
import { addDays } from './standing.ts'

type FromFields = Pick<PersonFacts, 'lifecycleStatus' | 'terminationDate' | 'lastDayOfWork'>

export function factsFrom(fields: Record<string, unknown>): FromFields {
  return {
    lifecycleStatus: textAt(fields, 'internal.lifecycleStatus'),
    terminationDate: dateAt(fields, 'internal.terminationDate'),
    lastDayOfWork: dateAt(fields, 'employee.lastDayOfWork'),
  }
}

function textAt(fields: Record<string, unknown>, path: string): string | null {
  const value = fields[path]
  return typeof value === 'string' && value !== '' ? value : null
}

function dateAt(fields: Record<string, unknown>, path: string): string | null {
  const date = textAt(fields, path)?.slice(0, 10) ?? null
  return date !== null && addDays(date, 0) === date && /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : null
}
