// One row of a people answer → what is observed of a person. HiBob's quirks end here: nested form first, slash keys as a fallback,
// `root.*` at top level, absent ≠ null, ids always text, and of other people (`work.reportsTo`) nothing but the id.

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

/** Null when the row bears no usable id: then nothing in it can be trusted. `requested` are HiBob paths such as `work.title`. */
export function readPerson(row: unknown, requested: readonly string[]): ObservedPerson | null {
  if (!isObject(row)) return null
  const id = rootId(row)
  if (id === null) return null
  const person: ObservedPerson = { id, fields: {}, labels: {}, absent: [] }
  for (const path of new Set(requested)) {
    const value = path === 'root.id' ? id : valueAt(row, path)
    if (value === undefined) person.absent.push(path)
    else {
      person.fields[path] = value
      const label = labelAt(row, path, value)
      if (label !== null) person.labels[path] = label
    }
  }
  person.absent.sort()
  return person
}

function rootId(row: Json): string | null {
  const id = own(row, 'id') ?? slashValue(row, 'root.id')
  if (typeof id === 'number') return Number.isSafeInteger(id) ? String(id) : null
  return typeof id === 'string' && /^\d{1,128}$/.test(id) ? id : null
}

/** The cleaned machine value; undefined when the answer does not show the field, or shows something that is no value. */
function valueAt(row: Json, path: string): unknown {
  const shown = cleaned(raw(row, path))
  if (path !== 'work.reportsTo') return shown
  const manager = shown === undefined ? cleaned(raw(row, 'work.manager')) : shown
  if (typeof manager === 'number') return String(manager)
  return manager === '' ? null : manager
}

function raw(row: Json, path: string): unknown {
  const value = nested(row, path)
  return value === undefined ? slashValue(row, path) : value
}

function nested(row: Json, path: string): unknown {
  const keys = path.startsWith('root.') ? [path.slice('root.'.length)] : path.split('.')
  let value: unknown = row
  for (const key of keys) value = isObject(value) ? own(value, key) : undefined
  return value
}

function slashValue(row: Json, path: string): unknown {
  const holder = own(row, `/${path.replaceAll('.', '/')}`)
  return isObject(holder) ? own(holder, 'value') : undefined
}

function cleaned(value: unknown, depth = 0): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'object' || depth > valueDepthMax) return undefined
  if (Array.isArray(value)) return value.map(item => cleaned(item, depth + 1) ?? null)
  if (isPersonReference(value as Json)) return referenceId(value as Json)
  const entries = Object.entries(value).map(([key, item]) => [key.toWellFormed(), cleaned(item, depth + 1)])
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined))
}

// without an id it still is somebody else, and then nothing is taken
const isPersonReference = (value: Json) => ['email', 'displayName', 'firstName', 'surname'].some(key => key in value)

function referenceId({ id }: Json): string | undefined {
  if (typeof id === 'string' && id !== '') return id.toWellFormed()
  return typeof id === 'number' && Number.isFinite(id) ? String(id) : undefined
}

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
