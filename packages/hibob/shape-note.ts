// Where an answer is not as expected, in words that hold none of its values: endpoint, JSON path, expected and found type.
// Notes are bounded: the same place in every row or item counts as one, and an answer has at most twenty.

/** `path`: such as `$.department.items[3].name`, the first place of its kind. `count`: how many such places there are. */
export interface ShapeNote {
  /** Method and path, such as `GET /company/named-lists`. */
  endpoint: string
  path: string
  /** With its article: `an object or a list`. */
  expected: string
  /** A type, never a value: `null`, `text`, `empty text`, `number`, `decimal number`, `boolean`, `list`, `object`, `nothing`. */
  found: string
  count: number
}

/** Why a value cannot be used as a whole. */
export interface OddShape {
  kind: 'odd_shape'
  path: string
  expected: string
  found: string
}

export interface ShapeNotes {
  /** A part of the answer is passed over. */
  odd(path: string, expected: string, value: unknown): void
  /** The same, of what is told by no type. */
  note(path: string, expected: string, found: string): void
  found(): ShapeNote[]
}

const notesMax = 20

export const oddShape = (path: string, expected: string, value: unknown): OddShape => ({
  kind: 'odd_shape',
  path,
  expected,
  found: typeName(value),
})

/** Of a whole answer. */
export const cutOff: OddShape = {
  kind: 'odd_shape',
  path: '$',
  expected: 'JSON',
  found: 'JSON that is cut off',
}

export const isOddShape = (value: object): value is OddShape => 'kind' in value && value.kind === 'odd_shape'

export function shapeNotes(endpoint: string): ShapeNotes {
  const notes = new Map<string, ShapeNote>()
  const note = (path: string, expected: string, found: string): void => {
    const place = `${path.replaceAll(/\[\d+\]/g, '[]')} ${expected}`
    const known = notes.get(place)
    if (known !== undefined) known.count++
    else if (notes.size < notesMax) notes.set(place, { endpoint, path, expected, found, count: 1 })
  }
  return {
    note,
    odd: (path, expected, value) => note(path, expected, typeName(value)),
    found: () => [...notes.values()],
  }
}

export function typeName(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : 'decimal number'
  if (typeof value === 'string') return value.trim() === '' ? 'empty text' : 'text'
  return typeof value
}

/** The path of an entry of the object at `path`. A key that does not look like a name is not shown: it may be somebody's. */
export function pathOf(path: string, key: string): string {
  if (/^[A-Za-z_][\w-]{0,63}$/.test(key)) return `${path}.${key}`
  return /^[\p{L}\p{N} _.&/-]{1,64}$/u.test(key) ? `${path}["${key}"]` : `${path}[*]`
}
