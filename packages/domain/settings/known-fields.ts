// What the company's own field list says of the fields that settings name.
import { standardFields } from '../hibob-fields.ts'
import { standardListOf } from './field-lists.ts'
import { nearestNames } from './nearest-names.ts'
import type { Rule } from './settings.ts'

export interface KnownField {
  id: string
  name: string
  /** The list whose items it holds. */
  list: string | null
  /** HiBob's type, such as `date`; a field that cannot be a date is then told before it gives none. */
  type?: string
}

export type KnownFields = ReadonlyMap<string, KnownField>

export const knownFields = (fields: readonly KnownField[]): KnownFields =>
  new Map(fields.map(field => [field.id, field]))

const standard = new Set<string>(standardFields)

/** null where HiBob has the field, or nobody knows. */
export function unknownField(path: string, known: KnownFields | null): string | null {
  if (known === null || known.has(path) || standard.has(path)) return null
  const near = nearestNames(path, known.values()).map(({ id, name }) => `“${id}” (${name})`)
  return `HiBob has no field “${path}”; ${near.length === 0 ? 'no id is near it: those of the company are in HiBob’s list of fields (GET /v1/company/people/fields)' : `near it are ${near.join(', ')}`}`
}

/** The list to note in a rule: that of the fields whose list is not known by itself, if it is one for all of them. */
export function listOfRule(rule: Rule, paths: readonly string[], known: KnownFields): string | undefined {
  const others = paths.filter(path => standardListOf(path) === null)
  const lists = new Set((others.length > 0 ? others : paths).map(path => known.get(path)?.list ?? standardListOf(path)))
  const [list] = lists
  return lists.size === 1 && list !== null ? list : lists.size === 0 ? rule.list : undefined
}
