// What a document store can hold. Checked as an event is folded: a value found impossible only when it is stored would hold up
// the whole partition, since a store that fails is waited for, while an event that throws is parked.
import { DomainError } from './domain-error.ts'

const depthMax = 32

/** Throws DomainError `field_unreadable` when a value nests too deeply, or a name in it, or `path` itself, holds a null character. */
export function checkStorable(path: string, value: unknown, depth = 0): void {
  if (path.includes('\0')) throw new DomainError('field_unreadable', 'a field has a null character in its name')
  if (typeof value !== 'object' || value === null) return
  if (depth === depthMax) throw new DomainError('field_unreadable', `a field nests more than ${depthMax} levels deep`)
  for (const key of Object.keys(value)) checkStorable(key, (value as Record<string, unknown>)[key], depth + 1)
}
