// An employee as the people API shows them: nested objects with `root.*` on top, slash keys for what is not null, and the
// human-readable copies. What the service user may not see, or nobody knows, is left out without a word.
import { localeDate } from './calendar.ts'
import type { Employee } from './employee.ts'
import { catalogue, type Field, type FieldContext } from './field-catalogue.ts'

export type HumanReadable = '' | 'APPEND' | 'REPLACE'

export interface ViewContext extends FieldContext {
  hidden: ReadonlySet<string>
  label(list: string, item: string): string | undefined
}

type Json = Record<string, unknown>

export function viewPerson(
  employee: Employee,
  paths: readonly string[],
  humanReadable: HumanReadable,
  context: ViewContext,
): Json {
  const shown: Json = {}
  const copies: Json = {}
  for (const path of paths) {
    const field = catalogue.get(path)
    if (field === undefined || context.hidden.has(path)) continue
    const value = field.read(employee, context) ?? null
    const copy = value === null ? null : readable(field, value, context)
    if (value !== null) {
      shown[`/${path.replaceAll('.', '/')}`] = { value }
      place(copies, path, copy)
    }
    place(shown, path, humanReadable === 'REPLACE' ? copy : value)
  }
  if (humanReadable === 'APPEND') shown.humanReadable = copies
  return shown
}

function place(into: Json, path: string, value: unknown): void {
  const keys = path.startsWith('root.') ? [path.slice('root.'.length)] : path.split('.')
  const last = keys.pop() as string
  let holder = into
  for (const key of keys) {
    holder[key] ??= {}
    holder = holder[key] as Json
  }
  holder[last] = value
}

function readable(field: Field, value: unknown, context: ViewContext): string {
  switch (field.type) {
    case 'date':
    case 'time':
      return localeDate(String(value))
    case 'boolean':
      return value === true ? 'Yes' : 'No'
    case 'employee':
      return (value as { displayName: string }).displayName
    default:
      return [value]
        .flat()
        .map(item => labelOf(field, item, context))
        .join(', ')
  }
}

const labelOf = ({ listId }: Field, item: unknown, context: ViewContext) =>
  (listId && context.label(listId, String(item))) || String(item)
