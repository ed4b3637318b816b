// The shape of an answer of any size, made while it comes: what is held is what was told apart, never the answer.
import { Tokenizer, TokenType } from '@streamparser/json'
import { exactNumber, nestingMax } from '../json-text.ts'
import { countShape, type Shape, type ShapeCount } from './shape.ts'
import type { ShapeNames } from './shape-names.ts'
import { textShape } from './text-shape.ts'

export interface ShapeStream {
  /** Never throws: what is no JSON ends it. */
  take(chunk: Uint8Array): void
  /** `whole`: the answer was JSON to its end. What is open is closed; null where nothing came. */
  end(): { shape: Shape | null; whole: boolean }
}

interface Open {
  type: 'object' | 'array'
  /** Objects: the name of the key before the next value; null for one that may be anything. */
  key: string | null
  keys: Record<string, Shape>
  counts: Map<string, ShapeCount>
  length: number
}

class DigitTokenizer extends Tokenizer {
  protected override parseNumber(digits: string): number {
    // handed on as it is
    return digits as unknown as number
  }
}

export function createShapeStream(names: ShapeNames): ShapeStream {
  const tokenizer = new DigitTokenizer()
  const open: Open[] = []
  let top: Shape | null = null
  let broken = false

  const add = (shape: Shape) => {
    const parent = open.at(-1)
    if (parent === undefined) top = shape
    else if (parent.type === 'array' || parent.key === null) {
      parent.length++
      countShape(parent.counts, { count: 1, shape })
    } else parent.keys[parent.key] = shape
  }
  const close = () => {
    const closed = open.pop()
    if (closed !== undefined) add(shapeOfOpen(closed))
  }

  let isKey = false
  tokenizer.onToken = ({ token, value }) => {
    switch (token) {
      case TokenType.LEFT_BRACE:
      case TokenType.LEFT_BRACKET: {
        if (open.length === nestingMax) throw new Error('nests too deeply')
        const type = token === TokenType.LEFT_BRACE ? 'object' : 'array'
        open.push({ type, key: null, keys: {}, counts: new Map(), length: 0 })
        isKey = type === 'object'
        break
      }
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        close()
        isKey = false
        break
      case TokenType.COMMA:
        isKey = open.at(-1)?.type === 'object'
        break
      case TokenType.STRING: {
        const parent = open.at(-1)
        if (isKey && parent !== undefined) parent.key = names.key(String(value))
        else add(textShape(String(value), names))
        isKey = false
        break
      }
      case TokenType.NUMBER:
        add(numberShape(String(value)))
        break
      case TokenType.TRUE:
      case TokenType.FALSE:
        add({ type: 'boolean' })
        break
      case TokenType.NULL:
        add({ type: 'null' })
        break
    }
  }
  tokenizer.onError = () => {
    broken = true
  }

  return {
    take(chunk) {
      if (broken) return
      try {
        tokenizer.write(chunk)
      } catch {
        broken = true
      }
    },
    end() {
      // a number at the very end is over only now
      if (!broken && !tokenizer.isEnded) tokenizer.end()
      const isCut = open.length > 0
      while (open.length > 0) close()
      return { shape: top, whole: !broken && !isCut && top !== null }
    },
  }
}

export function shapeOf(text: string, names: ShapeNames): Shape | null {
  const stream = createShapeStream(names)
  stream.take(Buffer.from(text))
  return stream.end().shape
}

function shapeOfOpen({ type, keys, counts, length }: Open): Shape {
  if (type === 'array') return { type, length, items: [...counts.values()] }
  return { type, keys, ...(counts.size > 0 ? { others: [...counts.values()] } : {}) }
}

function numberShape(digits: string): Shape {
  const value = exactNumber(digits)
  const kind = typeof value === 'string' ? 'long' : Number.isInteger(value) ? 'integer' : 'fraction'
  return { type: 'number', kind, digits: digits.length }
}
