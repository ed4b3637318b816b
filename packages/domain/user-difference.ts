// Which of a user's fields differ, and which event gave each field its present value.
import type { FieldChange } from './changes.ts'
import type { Provenance, User } from './documents.ts'

export const userFields = [
  'full_name',
  'first_name',
  'last_name',
  'email',
  'job_title',
  'location',
  'primary_team',
  'hire_date',
  'leave_date',
  'override_manager',
  'status',
] as const satisfies readonly (keyof User)[]

/** The fields that differ, whole: a manager's new address is a change of `override_manager`. */
export function userDifference(from: User, to: User): FieldChange[] {
  const changed: FieldChange[] = []
  for (const field of userFields) {
    if (!sameValue(from[field], to[field])) changed.push({ field, from: from[field], to: to[field] })
  }
  return changed
}

/** Moves `fields` to a new entry; the other fields keep theirs. */
export function trace(
  former: readonly Provenance[],
  fields: readonly string[],
  by: Omit<Provenance, 'fields'>,
): Provenance[] {
  if (fields.length === 0) return former as Provenance[]
  const kept: Provenance[] = []
  for (const entry of former) {
    const rest = entry.fields.filter(field => !fields.includes(field))
    if (rest.length === entry.fields.length) kept.push(entry)
    else if (rest.length > 0) kept.push({ ...entry, fields: rest })
  }
  kept.push({ ...by, fields: [...fields] })
  return kept
}

function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const left = a as Record<string, unknown>
  const right = b as Record<string, unknown>
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every(key => sameValue(left[key], right[key]))
}
