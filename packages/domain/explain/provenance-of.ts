// Which entry of a user's provenance speaks of a field.
import type { Provenance, UserDocument } from '../documents.ts'

/** A field within another (`custom_fields.badge`) is spoken of by its own entry, or by that of the whole. */
export function provenanceOf({ provenance }: UserDocument, field: string): Provenance | null {
  const names = [field, field.split('.', 1)[0] ?? field]
  for (const name of names) {
    const entry = provenance.findLast(({ fields }) => fields.includes(name))
    if (entry !== undefined) return entry
  }
  return null
}
