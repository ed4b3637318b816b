// Where two builds of a tenant's read models differ: per document and field, from what one holds to what the other holds.
import type { CollectionName, Documents } from './documents.ts'
import { ownValue } from './own-value.ts'
import { sameValue } from './sharing.ts'
import { userFields } from './user-difference.ts'

/** `id`: of the user, team or manager, or the name of a state. `field` is null when one build has no such document at all. */
export interface Difference {
  collection: CollectionName
  id: string
  field: string | null
  from: unknown
  to: unknown
}

type AnyDocument = Documents[CollectionName]

/** `from` and `to` are the same document of two builds; null where a build has none. */
export function documentDifferences(
  collection: CollectionName,
  id: string,
  from: AnyDocument | null,
  to: AnyDocument | null,
): Difference[] {
  if (from === null || to === null) {
    const shown = (document: AnyDocument | null) => (document === null ? null : shownOf(document))
    return from === to ? [] : [{ collection, id, field: null, from: shown(from), to: shown(to) }]
  }
  const differences: Difference[] = []
  const compare = (prefix: string, a: Fields, b: Fields, passedOver: ReadonlySet<string> = nothing) => {
    for (const field of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const [from, to] = [ownValue(a, field), ownValue(b, field)]
      if (passedOver.has(field) || sameValue(from, to)) continue
      differences.push({ collection, id, field: `${prefix}${field}`, from: from ?? null, to: to ?? null })
    }
  }
  const [a, b] = [from as unknown as Fields, to as unknown as Fields]
  for (const part of told) compare('', fieldsOf(a[part]), fieldsOf(b[part]))
  for (const kind of ['fields', 'labels'])
    compare(`observed.${kind}.`, fieldsOf(fieldsOf(a['observed'])[kind]), fieldsOf(fieldsOf(b['observed'])[kind]))
  compare('', a, b, comparedElsewhere)
  return differences
}

type Fields = Record<string, unknown>

const fieldsOf = (value: unknown) => (value ?? {}) as Fields
const nothing: ReadonlySet<string> = new Set()
// what services are told bears its plain name
const told = ['user', 'team', 'manager']
// `_id`, tenant and generation tell where a document stands rather than what it says
const comparedElsewhere = new Set([...told, 'observed', '_id', 'tenantId', 'generation'])

function shownOf(document: AnyDocument): unknown {
  if ('user' in document) return document.user
  if ('team' in document) return document.team
  return 'manager' in document ? document.manager : document
}

const toldFields: Record<'users' | 'teams', readonly string[]> = { users: userFields, teams: ['name'] }

/** Ids of the users, or teams, of the second build of whom services would have been told otherwise. */
export function toldOtherwise(differences: readonly Difference[], name: 'users' | 'teams'): string[] {
  const differing = differences.filter(
    ({ collection, field, to }) =>
      collection === name && (field === null ? to !== null : toldFields[name].includes(field)),
  )
  return [...new Set(differing.map(({ id }) => id))]
}
