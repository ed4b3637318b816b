// A company's field catalogue, in HiBob's several shapes → one plain shape. An odd entry costs that entry.
import { idOf } from './people/hibob-id.ts'
import { type OddShape, oddShape, pathOf, type ShapeNotes } from './shape-note.ts'

/** `listId` names the list whose item ids are the field's values. */
export interface FieldDefinition {
  id: string
  name: string | null
  category: string | null
  /** What HiBob's pages call the category, and with it the permission. */
  categoryName: string | null
  type: string | null
  listId: string | null
  historical: boolean
}

/** A bare array, `{"fields": …}`, or an object keyed by field id. */
export function readFields(value: unknown, notes: ShapeNotes): FieldDefinition[] | OddShape {
  if (!isObject(value)) return oddShape('$', 'an object or a list', value)
  const wrapped = Array.isArray(value) ? undefined : value['fields']
  const [entries, path] = isObject(wrapped) ? [wrapped, '$.fields'] : [value, '$']
  const fields: FieldDefinition[] = []
  for (const [key, entry] of Object.entries(entries)) {
    const isListed = Array.isArray(entries)
    const field = fieldOf(entry, isListed ? null : key)
    if (field !== null) fields.push(field)
    else notes.odd(isListed ? `${path}[${key}]` : pathOf(path, key), 'an object with an id', entry)
  }
  const isNone = fields.length === 0 && Object.keys(entries).length > 0
  return isNone ? oddShape(path, 'fields with an id', entries) : fields
}

function fieldOf(entry: unknown, key: string | null): FieldDefinition | null {
  if (!isObject(entry) || Array.isArray(entry)) return null
  const id = idOf(entry['id']) ?? idOf(key)
  if (id === null) return null
  const { name, category, categoryDisplayName, type, typeData, historical } = entry
  return {
    id,
    name: textOf(name),
    category: textOf(category),
    categoryName: textOf(categoryDisplayName),
    type: textOf(type),
    listId: isObject(typeData) ? idOf((typeData as Record<string, unknown>)['listId']) : null,
    historical: historical === true,
  }
}

const textOf = (value: unknown) => (typeof value === 'string' ? value.toWellFormed() : null)

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
