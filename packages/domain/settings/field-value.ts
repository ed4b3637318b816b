// One value as HiBob holds it, made plain. Lists of one's own come as `["77"]`, some fields as `{"value": …}`; empty is null.
import type { Scalar } from './settings.ts'

export class UnreadableField extends Error {}

/** Everything that a field holds, none for an empty one. Throws UnreadableField for what is no text, number, truth value or list of them. */
export function valuesOf(path: string, value: unknown): Scalar[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return [value]
  if (Array.isArray(value)) {
    if (value.some(Array.isArray)) throw new UnreadableField(`${path} holds lists in a list`)
    return value.flatMap(item => valuesOf(path, item))
  }
  if (typeof value === 'object' && 'value' in value && !isNested(value.value)) return valuesOf(path, value.value)
  throw new UnreadableField(`${path} holds an object where a text belongs`)
}

/** The one value that a field holds, or null. Throws UnreadableField for several. */
export function oneValueOf(path: string, value: unknown): Scalar | null {
  const values = valuesOf(path, value)
  if (values.length > 1) throw new UnreadableField(`${path} holds ${values.length} values where one belongs`)
  return values[0] ?? null
}

const isNested = (value: unknown) => typeof value === 'object' && value !== null
