// Which of a user's fields differ, and which event gave each field its present value.
import type { FieldChange } from './changes.ts'
import type { Provenance, User } from './documents.ts'
import type { LogRecord } from './events.ts'
import { isoTime } from './iso-time.ts'
import { sameValue } from './sharing.ts'

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
  'custom_fields',
] as const satisfies readonly (keyof User)[]

/** The fields that differ, whole: a manager's new address is a change of `override_manager`. */
export function userDifference(from: User, to: User): FieldChange[] {
  const changed: FieldChange[] = []
  for (const field of userFields) {
    if (!sameValue(from[field], to[field])) changed.push({ field, from: from[field] ?? null, to: to[field] ?? null })
  }
  return changed
}

/** Moves `fields` to a new entry; the other fields keep theirs. */
export function trace(
  former: readonly Provenance[],
  fields: readonly string[],
  eventId: string,
  { offset, time }: LogRecord,
  rule: string,
): Provenance[] {
  if (fields.length === 0) return former as Provenance[]
  const kept: Provenance[] = []
  for (const entry of former) {
    if (!entry.fields.some(field => fields.includes(field))) {
      kept.push(entry)
      continue
    }
    const rest = entry.fields.filter(field => !fields.includes(field))
    if (rest.length > 0) kept.push({ ...entry, fields: oneList(rest) })
  }
  kept.push({ eventId, offset, at: isoTime(time), rule, fields: oneList(fields) })
  return kept
}

// most users share a few lists of fields: each is kept once
const lists = new Map<string, string[]>()

function oneList(fields: readonly string[]): string[] {
  const key = fields.join()
  let list = lists.get(key)
  if (list === undefined) {
    list = [...fields]
    lists.set(key, list)
  }
  return list
}
