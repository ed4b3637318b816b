// The last values of a person's fields that are remembered while HiBob shows nothing to go by: those that decide the status, while what
// HiBob shows cannot be read, and those whose rule keeps them, while the field is empty.
import type { Standing, UserDocument } from '../documents.ts'
import { lifecyclePath } from '../lifecycle.ts'
import { datePathsOfFacts, lifecycleIn, readableDate } from '../person-facts.ts'
import { sharing } from '../sharing.ts'
import { isBlank } from '../text.ts'

type Last = NonNullable<Standing['last']>

/** `fields`: what HiBob shows now; a field that it leaves out changes nothing. */
export function lastValues(
  former: UserDocument | null,
  fields: Record<string, unknown>,
  keptPaths: ReadonlySet<string>,
): Standing['last'] {
  const before = former?.standing?.last ?? null
  if (before === null && keptPaths.size === 0 && isReadable(fields)) return null
  const last: Last = { ...before }
  for (const path of keptPaths) keepWhileEmpty(last, former, fields, path)
  if (former !== null) {
    keepStatus(last, former, fields, keptPaths)
    for (const path of datePathsOfFacts) keepDate(last, former, fields, path, keptPaths)
  }
  for (const _ in last) return sharing(before, last)
  return null
}

function isReadable(fields: Record<string, unknown>): boolean {
  const status = fields[lifecyclePath]
  if (status !== undefined && lifecycleIn({ fields, labels: {} }).word === null) return false
  return datePathsOfFacts.every(path => readableDate(path, fields[path]) !== undefined)
}

function keepWhileEmpty(last: Last, former: UserDocument | null, fields: Record<string, unknown>, path: string): void {
  const known = former?.observed.fields[path]
  if (!isEmpty(fields[path]) || isEmpty(known) || known === undefined) return
  const label = former?.observed.labels[path]
  last[path] = label === undefined ? { value: known } : { value: known, label }
}

function keepStatus(
  last: Last,
  former: UserDocument,
  fields: Record<string, unknown>,
  keptPaths: ReadonlySet<string>,
): void {
  const shown = fields[lifecyclePath]
  if (shown === undefined) return
  const { word } = lifecycleIn({ fields: { [lifecyclePath]: shown }, labels: {} })
  const known = lifecycleIn({ ...former.observed, last: former.standing?.last ?? {} }).word
  if (word === null && known !== null) last[lifecyclePath] = { value: known }
  else if (!keptPaths.has(lifecyclePath)) delete last[lifecyclePath]
}

function keepDate(
  last: Last,
  former: UserDocument,
  fields: Record<string, unknown>,
  path: (typeof datePathsOfFacts)[number],
  keptPaths: ReadonlySet<string>,
): void {
  const shown = fields[path]
  if (shown === undefined) return
  if (readableDate(path, shown) !== undefined) {
    if (!keptPaths.has(path)) delete last[path]
    return
  }
  // of several readings that cannot be read, what was known before the first of them stays
  const known = readableDate(path, former.observed.fields[path])
  if (typeof known === 'string') last[path] = { value: known }
  else if (known === null) delete last[path]
}

const isEmpty = (value: unknown) => value === null || (typeof value === 'string' && isBlank(value))
