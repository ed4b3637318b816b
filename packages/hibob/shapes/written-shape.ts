// Shapes as a recording has them: short enough to be read by whoever passes it on. `"digits of 19"`, `"text of 3-12"`, `"word Employed"`,
// `"email of 17; blanks around"`, `{"keys": …, "others": …}`, `{"length": 3, "items": [{"count": 3, "shape": …}]}`.
import type { Lengths, Shape, ShapeCount, TextKind } from './shape.ts'

export type WrittenShape =
  | string
  | { keys: Record<string, WrittenShape>; others?: WrittenCount[] }
  | { length: string; items: WrittenCount[] }

export interface WrittenCount {
  count: number
  shape: WrittenShape
}

export function writeShape(shape: Shape): WrittenShape {
  switch (shape.type) {
    case 'number':
      return `${shape.kind} of ${lengthText(shape.digits)}`
    case 'text': {
      const text = shape.word === undefined ? `${shape.kind} of ${lengthText(shape.length)}` : `word ${shape.word}`
      return shape.odd === undefined ? text : `${text}; ${shape.odd}`
    }
    case 'object': {
      const keys = Object.fromEntries(Object.entries(shape.keys).map(([key, one]) => [key, writeShape(one)]))
      return shape.others === undefined ? { keys } : { keys, others: shape.others.map(writeCount) }
    }
    case 'array':
      return { length: lengthText(shape.length), items: shape.items.map(writeCount) }
    default:
      return shape.type
  }
}

/** What `writeShape` wrote. */
export function readShape(written: WrittenShape): Shape {
  if (typeof written !== 'string') {
    if ('length' in written)
      return { type: 'array', length: lengthOf(written.length), items: written.items.map(readCount) }
    const keys = Object.fromEntries(Object.entries(written.keys).map(([key, one]) => [key, readShape(one)]))
    return { type: 'object', keys, ...(written.others === undefined ? {} : { others: written.others.map(readCount) }) }
  }
  if (written === 'null' || written === 'boolean' || written === 'more') return { type: written }
  const [what = '', odd] = written.split('; ')
  const more = odd === undefined ? {} : { odd }
  const word = /^word (.*)$/.exec(what)?.[1]
  if (word !== undefined) return { type: 'text', kind: 'word', length: word.length, word, ...more }
  const [kind = '', length = ''] = what.split(' of ')
  if (kind === 'integer' || kind === 'long' || kind === 'fraction')
    return { type: 'number', kind, digits: lengthOf(length) }
  return { type: 'text', kind: kind as TextKind, length: lengthOf(length), ...more }
}

const writeCount = ({ count, shape }: ShapeCount): WrittenCount => ({ count, shape: writeShape(shape) })
const readCount = ({ count, shape }: WrittenCount): ShapeCount => ({ count, shape: readShape(shape) })

const lengthText = (length: Lengths) => [length].flat().join('-')

function lengthOf(text: string): Lengths {
  const [least = 0, most = least] = text.split('-').map(Number)
  return least === most ? least : [least, most]
}
