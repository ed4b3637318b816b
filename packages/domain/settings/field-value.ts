// One value as HiBob holds it, made plain. A list of one item is its item (`["77"]`), some fields come as `{"value": …}`; blanks are empty.
import { isBlank } from '../text.ts'
import { dateIn } from './date.ts'
import type { Scalar } from './settings.ts'

export class UnreadableField extends Error {}

/** Everything that a field holds, none for an empty one. Throws UnreadableField for what is no text, number, truth value or list of them. */
export function valuesOf(path: string, value: unknown): Scalar[] {
  if (value === undefined || value === null) return []
  if (typeof value === 'string') return isBlank(value) ? [] : [value]
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return [value]
  if (Array.isArray(value)) {
    if (value.some(Array.isArray)) throw new UnreadableField(`${path} holds a list of lists, expected one value`)
    return value.flatMap(item => valuesOf(path, item))
  }
  if (typeof value === 'object' && 'value' in value && !isNested(value.value)) return valuesOf(path, value.value)
  throw new UnreadableField(`${path} holds an object, expected a text`)
}

/** The one value that a field holds, or null. Throws UnreadableField for several. */
export function oneValueOf(path: string, value: unknown): Scalar | null {
  const values = valuesOf(path, value)
  if (values.length > 1) throw new UnreadableField(`${path} holds ${values.length} values, expected one`)
  return values[0] ?? null
}

/** The one value that a field holds as text, or null. Throws UnreadableField. */
export function textOf(path: string, value: unknown): string | null {
  if (typeof value === 'string') return isBlank(value) ? null : value
  if (value === undefined || value === null) return null
  const one = oneValueOf(path, value)
  return one === null ? null : String(one)
}

/** As `YYYY-MM-DD`, or null. Throws UnreadableField for what is no day of the calendar. */
export function dateOf(path: string, value: unknown): string | null {
  const text = textOf(path, value)
  if (text === null) return null
  const date = dateIn(text)
  if (date === null) throw new UnreadableField(`${path} holds no day of the calendar, expected YYYY-MM-DD`)
  return date
}

const isNested = (value: unknown) => typeof value === 'object' && value !== null
