// What a document store can hold. Checked as an event is folded: a value found impossible only when it is stored would hold up
// the whole partition, since a store that fails is waited for.

const depthMax = 32

type Fields = Record<string, unknown>

/**
 * The fields, with an object that nobody can read in place of each value that nests too deeply or has a name that no store takes as it is: it
 * costs that value, and shows as unreadable. A path that no store takes is left out.
 */
export function storableFields(fields: Fields): Fields {
  for (const path in fields)
    if (!isStorable(path, fields[path]))
      return Object.fromEntries(
        Object.entries(fields)
          .filter(([path]) => isStorableName(path))
          .map(([path, value]) => [path, isStorable(path, value) ? value : { not_stored: true }]),
      )
  return fields
}

function isStorable(name: string, value: unknown, depth = 0): boolean {
  if (!isStorableName(name)) return false
  if (typeof value !== 'object' || value === null) return true
  // MongoDB's driver would read it as a reference to another document
  if (depth === depthMax || Object.hasOwn(value, '$ref')) return false
  return Object.keys(value).every(key => isStorable(key, (value as Fields)[key], depth + 1))
}

/** MongoDB ends a name at a null character, and its driver takes an object with a `_bsontype` for one of its own. */
export const isStorableName = (name: string): boolean => name !== '_bsontype' && !name.includes('\0')
