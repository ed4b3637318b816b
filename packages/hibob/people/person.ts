// One row of a people answer → what is observed of a person. HiBob's quirks end here: nested form first, slash keys as a fallback,
// `root.*` at top level, absent ≠ null, ids always text, and of other people (`work.reportsTo`) nothing but the id.

import { stringBytesMax } from '../json/json-walk.ts'
import type { ShapeNotes } from '../shape-note.ts'
import { idOf, personIdOf } from './hibob-id.ts'

/** `fields`: path → machine value (null = empty). `labels`: path → HiBob's text for it. `absent`: asked for and not shown, sorted. */
export interface ObservedPerson {
  id: string
  fields: Record<string, unknown>
  labels: Record<string, string>
  absent: string[]
}

type Json = Record<string, unknown>

const isoDate = /^\d{4}-\d{2}-\d{2}($|T)/
const valueDepthMax = 16

/** Where the row stands in an answer, and where it is noted what in it cannot be read. */
export interface RowPlace {
  path: string
  notes: ShapeNotes
}

/** Null when the row bears no usable id: then nothing in it can be trusted. `requested` are HiBob paths such as `work.title`. */
export function readPerson(row: unknown, requested: readonly string[], place?: RowPlace): ObservedPerson | null {
  const id = isObject(row) ? rootId(row) : null
  if (!isObject(row) || id === null) {
    if (isObject(row)) place?.notes.odd(`${place.path}.id`, 'an id', raw(row, 'root.id'))
    else place?.notes.odd(place.path, 'an object', row)
    return null
  }
  const person: ObservedPerson = { id, fields: {}, labels: {}, absent: [] }
  for (const path of new Set(requested)) {
    const value = path === 'root.id' ? id : valueAt(row, path, place)
    if (value === undefined) person.absent.push(path)
    else {
      person.fields[path] = value
      const label = labelAt(row, path, value)
      if (label !== null) person.labels[path] = label
    }
  }
  if (place !== undefined && person.absent.length > 0) noteOddSections(row, person.absent, place)
  person.absent.sort()
  return person
}

/** A whole section, such as `work`, that is no section hides all of its fields. */
function noteOddSections(row: Json, absent: readonly string[], { path, notes }: RowPlace): void {
  for (const section of new Set(absent.map(field => field.split('.', 1)[0] ?? ''))) {
    const shown = own(row, section)
    if (section === 'root' || shown == null || isObject(shown)) continue
    if (!Array.isArray(shown) || shown.length > 1) notes.odd(`${path}.${section}`, 'an object', shown)
  }
}

function rootId(row: Json): string | null {
  for (const shown of shownAt(row, 'root.id')) {
    const id = personIdOf(shown)
    if (id !== null) return id
  }
  return null
}

/** The cleaned machine value; undefined when the answer does not show the field, or shows something that is no value. */
function valueAt(row: Json, path: string, place: RowPlace | undefined): unknown {
  const shown = raw(row, path)
  if (path !== 'work.reportsTo') return cleaned(shown)
  const manager = managerIn(shown)
  if (manager !== undefined) return manager
  if (shown !== undefined) place?.notes.odd(`${place.path}.work.reportsTo`, 'a person, an id or null', shown)
  return managerIn(raw(row, 'work.manager'))
}

/** Undefined when nobody can be made out. Of a text that is no id nothing is taken: it may be a name. */
function managerIn(shown: unknown): unknown {
  if (shown === null || (typeof shown === 'string' && shown.trim() === '')) return null
  if (Array.isArray(shown) && shown.length < 2) return shown.length === 0 ? null : managerIn(shown[0])
  if (isObject(shown)) return personIdOf(own(shown, 'id')) ?? managerIn(own(shown, 'value'))
  if (typeof shown === 'string') return personIdOf(shown) ?? undefined
  return personIdOf(shown) ?? cleaned(shown)
}

const raw = (row: Json, path: string): unknown => shownAt(row, path).next().value

/** A field stands nested, under a key with slashes, or under its path; the first of these counts that is there. */
function* shownAt(row: Json, path: string): Generator<unknown, undefined> {
  const places = [nested(row, path), rootValue(row, path), slashValue(row, path), own(row, path)]
  yield* places.filter(value => value !== undefined)
}

function rootValue(row: Json, path: string): unknown {
  const root = own(row, 'root')
  return path.startsWith('root.') && isObject(root) ? own(root, path.slice('root.'.length)) : undefined
}

function nested(row: Json, path: string): unknown {
  const keys = path.startsWith('root.') ? [path.slice('root.'.length)] : path.split('.')
  let value: unknown = row
  for (const key of keys) {
    // a section of a record may come as a list of one
    const section = Array.isArray(value) && value.length === 1 ? value[0] : value
    value = isObject(section) ? own(section, key) : undefined
  }
  return value
}

function slashValue(row: Json, path: string): unknown {
  const holder = own(row, `/${path.replaceAll('.', '/')}`)
  return isObject(holder) ? own(holder, 'value') : holder
}

function cleaned(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'boolean') return value
  // no store could hold it; the field keeps its last value
  if (typeof value === 'string') return value.length > stringBytesMax ? undefined : value.toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'object' || depth > valueDepthMax) return undefined
  if (Array.isArray(value)) return value.map(item => cleaned(item, depth + 1) ?? null)
  if (isPersonReference(value as Json)) return referenceId(value as Json)
  const entries = Object.entries(value).map(([key, item]) => [key.toWellFormed(), cleaned(item, depth + 1)])
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined))
}

// without an id it still is somebody else, and then nothing is taken
const isPersonReference = (value: Json) => ['email', 'displayName', 'firstName', 'surname'].some(key => key in value)

const referenceId = ({ id }: Json): string | undefined => idOf(id) ?? undefined

/** Labels speak of list items. A date's label is in some locale's form, a manager's names somebody else, a root field's repeats it. */
function labelAt(row: Json, path: string, value: unknown): string | null {
  if (value === null || path === 'work.reportsTo' || path === 'root.id') return null
  if (typeof value === 'string' && isoDate.test(value)) return null
  const copies = own(row, 'humanReadable')
  const copy = isObject(copies) ? nested(copies, path) : undefined
  // the value of a list of one's own comes in a list, and so may its label
  const label = Array.isArray(copy) && copy.length === 1 ? copy[0] : copy
  if (typeof label !== 'string' || (path.startsWith('root.') && label === value)) return null
  return label.toWellFormed()
}

function own(value: Json, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
