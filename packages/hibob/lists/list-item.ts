// One entry of a list, with those nested in it, as HiBob writes it → flat items. An odd entry costs that entry, an odd name that name.
import { idOf } from '../people/hibob-id.ts'
import { pathOf, type ShapeNotes } from '../shape-note.ts'
import type { NamedListItem } from './named-list.ts'

const nameLengthMax = 4096

/** Recursion is bounded by the nesting that `value` may have. */
export function readItem(
  value: unknown,
  path: string,
  notes: ShapeNotes,
  take: (item: NamedListItem) => void,
  parent: string | null = null,
): void {
  if (!isObject(value)) return notes.odd(path, 'an item', value)
  const { id: shownId, name, value: text, archived, children } = value
  const id = idOf(shownId)
  if (id === null) notes.odd(`${path}.id`, 'an id', shownId)
  else {
    const shown = textOf(name, `${path}.name`, notes) ?? textOf(text, `${path}.value`, notes)
    take({ id, name: shown, archived: isTrue(archived, `${path}.archived`, notes), parent })
  }
  if (Array.isArray(children))
    for (const [at, child] of children.entries()) readItem(child, `${path}.children[${at}]`, notes, take, id ?? parent)
  else if (children != null) notes.odd(pathOf(path, 'children'), 'a list', children)
}

/** Null where it is blank, and where it is no text. */
function textOf(value: unknown, path: string, notes: ShapeNotes): string | null {
  if (value == null) return null
  if (Array.isArray(value) && value.length < 2) return textOf(value[0], path, notes)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') notes.odd(path, 'a text', value)
  else if (value.length > nameLengthMax)
    notes.note(path, `a text of at most ${nameLengthMax} characters`, 'a longer one')
  else if (value.trim() !== '') return value.toWellFormed()
  return null
}

function isTrue(value: unknown, path: string, notes: ShapeNotes): boolean {
  if (value == null || typeof value === 'boolean') return value ?? false
  const text = String(value).toLowerCase()
  if (text === 'true' || text === '1') return true
  if (text !== 'false' && text !== '0' && text !== '') notes.odd(path, 'true or false', value)
  return false
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
