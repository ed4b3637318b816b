// What is known of a person that decides what becomes of them, taken from the fields that HiBob gave. What cannot be read now counts as
// it was when it last could be.
import { lifecyclePath, readLifecycle } from './lifecycle.ts'
import type { Kept } from './settings/compiled.ts'
import { dateOf, UnreadableField } from './settings/field-value.ts'
import type { PersonFacts } from './standing.ts'

type FromFields = Pick<PersonFacts, 'lifecycleStatus' | 'terminationDate' | 'lastDayOfWork'>

/** The paths whose last readable value is remembered while HiBob shows one that cannot be read. */
export const datePathsOfFacts = ['internal.terminationDate', 'employee.lastDayOfWork'] as const

export function factsFrom(kept: Kept): FromFields {
  return {
    lifecycleStatus: lifecycleIn(kept).word,
    terminationDate: dateAt(kept, 'internal.terminationDate'),
    lastDayOfWork: dateAt(kept, 'employee.lastDayOfWork'),
  }
}

export const lifecycleIn = ({ fields, last }: Kept) =>
  readLifecycle(fields[lifecyclePath], last?.[lifecyclePath]?.value)

/** undefined where the field cannot be read. */
export function readableDate(path: string, value: unknown): string | null | undefined {
  try {
    return dateOf(path, value)
  } catch (error) {
    if (error instanceof UnreadableField) return undefined
    throw error
  }
}

function dateAt({ fields, last }: Kept, path: (typeof datePathsOfFacts)[number]): string | null {
  const date = readableDate(path, fields[path])
  return date === undefined ? (readableDate(path, last?.[path]?.value) ?? null) : date
}
