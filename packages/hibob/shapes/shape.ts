// The shape of a JSON value: keys, types and lengths, and nothing of what it holds. Shapes that differ in lengths alone are one,
// so that the shape of an answer stays small whatever the answer's size.

/** One length, or the shortest and the longest. */
export type Lengths = number | [number, number]

export type TextKind = 'blank' | 'digits' | 'date' | 'time' | 'email' | 'url' | 'figures' | 'text'

export type Shape =
  | { type: 'null' | 'boolean' }
  /** `long`: beyond what a JavaScript number holds exactly. */
  | { type: 'number'; kind: 'integer' | 'long' | 'fraction'; digits: Lengths }
  /** `word`: one of HiBob's own, such as `Employed`. `odd`: blanks around it, or accents as characters of their own. */
  | { type: 'text'; kind: TextKind | 'word'; length: Lengths; word?: string; odd?: string }
  /** `others`: keys that are not HiBob's own words, with what is under them. */
  | { type: 'object'; keys: Record<string, Shape>; others?: ShapeCount[] }
  | { type: 'array'; length: Lengths; items: ShapeCount[] }
  /** Different shapes beyond those that are told apart. */
  | { type: 'more' }

export interface ShapeCount {
  count: number
  shape: Shape
}

/** How many different shapes of items are told apart. */
export const shapesMax = 60

export function joinLengths(a: Lengths, b: Lengths): Lengths {
  const all = [a, b].flat()
  const [least, most] = [Math.min(...all), Math.max(...all)]
  return least === most ? least : [least, most]
}

/** The same text for shapes that differ in lengths and counts alone. */
export function likenessOf(shape: Shape): string {
  switch (shape.type) {
    case 'number':
      return `number ${shape.kind}`
    case 'text':
      return `text ${shape.kind} ${shape.word ?? ''} ${shape.odd ?? ''}`
    case 'array':
      return '[]'
    case 'object': {
      const keys = Object.keys(shape.keys).sort()
      return `{${keys.map(key => `${key}:${likenessOf(shape.keys[key] as Shape)}`).join()}${shape.others ? ',…' : ''}}`
    }
    default:
      return shape.type
  }
}

/** Adds `shape` to those that are alike, or as one of its own while there is room. */
export function countShape(counts: Map<string, ShapeCount>, { count, shape }: ShapeCount): void {
  const likeness = likenessOf(shape)
  const place = counts.has(likeness) || counts.size < shapesMax ? likeness : 'more'
  const known = counts.get(place)
  if (known === undefined) counts.set(place, { count, shape: place === 'more' ? { type: 'more' } : shape })
  else counts.set(place, { count: known.count + count, shape: joinShapes(known.shape, shape) })
}

/** Of two shapes that are alike. */
function joinShapes(a: Shape, b: Shape): Shape {
  if (a.type === 'number' && b.type === 'number') return { ...a, digits: joinLengths(a.digits, b.digits) }
  if (a.type === 'text' && b.type === 'text') return { ...a, length: joinLengths(a.length, b.length) }
  if (a.type === 'array' && b.type === 'array')
    return { type: 'array', length: joinLengths(a.length, b.length), items: joinCounts(a.items, b.items) }
  if (a.type !== 'object' || b.type !== 'object') return a
  const keys = Object.keys(a.keys).map(key => [key, joinShapes(a.keys[key] as Shape, b.keys[key] as Shape)])
  const others = joinCounts(a.others ?? [], b.others ?? [])
  return { type: 'object', keys: Object.fromEntries(keys), ...(others.length > 0 ? { others } : {}) }
}

export function joinCounts(...lists: ShapeCount[][]): ShapeCount[] {
  const counts = new Map<string, ShapeCount>()
  for (const one of lists.flat()) countShape(counts, one)
  return [...counts.values()]
}
