// What a document store can hold. Checked as an event is folded: a value found impossible only when it is stored would hold up
// the whole partition, since a store that fails is waited for.

const depthMax = 32

type Fields = Record<string, unknown>

/**
 * The fields, with an object that nobody can read in place of each value that nests too deeply or has a null character in a name: it costs
 * that value, and shows as unreadable. A path with a null character is left out.
 */
export function storableFields(fields: Fields): Fields {
  for (const path in fields)
    if (!isStorable(path, fields[path]))
      return Object.fromEntries(
        Object.entries(fields)
          .filter(([path]) => !path.includes('\0'))
          .map(([path, value]) => [path, isStorable(path, value) ? value : { not_stored: true }]),
      )
  return fields
}

function isStorable(name: string, value: unknown, depth = 0): boolean {
  if (name.includes('\0')) return false
  if (typeof value !== 'object' || value === null) return true
  if (depth === depthMax) return false
  return Object.keys(value).every(key => isStorable(key, (value as Fields)[key], depth + 1))
}
