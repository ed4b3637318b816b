// What a recording may call things: HiBob's own words, and numbered stand-ins for fields and lists of the company that its settings
// ask for (`work.custom.field_1`, `list_1`). The same thing has the same name in every answer of a recording.
import { isStandardWord, standardFieldIds, standardKeys, standardLists } from './hibob-words.ts'

export interface ShapeNames {
  /** The name of a key; null for one that may be anything, such as an id. */
  key(key: string): string | null
  /** The name that a text is; null for a text that may be anything, and for fields that are not asked for. */
  word(text: string): string | null
  field(path: string): string
  list(name: string): string
}

/** `fields` and `lists` are those that are asked for, in their order. */
export function shapeNames(asked: { fields: readonly string[]; lists: readonly string[] }): ShapeNames {
  const segments = new Map<string, string>()
  const paths = new Map<string, string>()
  const lists = new Map<string, string>()
  for (const name of asked.lists) if (!standardLists.has(name)) lists.set(name, `list_${lists.size + 1}`)
  for (const path of asked.fields)
    if (!standardFieldIds.has(path)) paths.set(path, path.split('.').map(named).join('.'))

  function named(segment: string): string {
    if (standardKeys.has(segment) || segment === 'root') return segment
    const known = segments.get(segment)
    if (known !== undefined) return known
    const kind = /^(field|column|category)_/.exec(segment)?.[1] ?? 'part'
    const name = `${kind}_${segments.size + 1}`
    segments.set(segment, name)
    return name
  }

  const asks = new Set(asked.fields)
  const slashed = new Map([...paths].map(([path, name]) => [slashKey(path), slashKey(name)]))
  return {
    key: key =>
      standardKeys.has(key) || standardFieldIds.has(key)
        ? key
        : (slashed.get(key) ?? paths.get(key) ?? segments.get(key) ?? lists.get(key) ?? null),
    word: text => (isStandardWord(text) || asks.has(text) ? (paths.get(text) ?? text) : (lists.get(text) ?? null)),
    field: path => (standardFieldIds.has(path) ? path : (paths.get(path) ?? 'another field')),
    list: name => (standardLists.has(name) ? name : (lists.get(name) ?? 'another list')),
  }
}

const slashKey = (path: string) => `/${path.replaceAll('.', '/')}`
