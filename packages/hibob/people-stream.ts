// A people answer of any size, read row by row: what is held is one row and what was not yet taken, never the whole answer.
// Numbers come out as everywhere here: integers that JavaScript cannot hold as their digits. Nesting is bounded.
import { Tokenizer, TokenParser, TokenType } from '@streamparser/json'
import { exactNumber, nestingMax } from './json-text.ts'
import { type OddShape, oddShape } from './shape-note.ts'

export interface RowStream {
  /** The rows that this piece of the answer completed. Throws when it is no JSON, or nests too deeply. */
  take(chunk: Uint8Array): unknown[]
  /** Null when the answer has ended and was `{"employees": [...]}`. */
  oddShape(): OddShape | null
}

class ExactTokenizer extends Tokenizer {
  protected override parseNumber(digits: string): number {
    // the parser hands any value on as it is
    return exactNumber(digits) as number
  }
}

export function createRowStream(): RowStream {
  const tokenizer = new ExactTokenizer()
  const parser = new TokenParser({ paths: ['$.employees.*'], keepStack: false })
  const list = listFinder()
  let rows: unknown[] = []
  let found = false
  let failure: Error | null = null
  tokenizer.onToken = info => {
    found = list.follow(info) || found
    parser.write(info)
  }
  parser.onValue = ({ value }) => {
    if (found) rows.push(value)
  }
  for (const part of [tokenizer, parser])
    part.onError = error => {
      failure ??= error
    }

  return {
    take(chunk) {
      tokenizer.write(chunk)
      if (failure !== null) throw failure
      const taken = rows
      rows = []
      return taken
    },
    oddShape() {
      if (!parser.isEnded)
        return { kind: 'odd_shape', path: '$', expected: 'a whole answer', found: 'one that is cut off' }
      return found ? null : oddShape('$.employees', 'a list', undefined)
    },
  }
}

type Token = { token: TokenType; value: unknown }

/** Sees the list of `employees` at the answer's top, also where it is empty. Throws when arrays and objects nest deeper than is taken. */
function listFinder() {
  let depth = 0
  let last: unknown = null
  let isNamed = false

  function follow({ token, value }: Token): boolean {
    switch (token) {
      case TokenType.LEFT_BRACE:
      case TokenType.LEFT_BRACKET: {
        const isList = depth === 1 && isNamed && token === TokenType.LEFT_BRACKET
        if (++depth > nestingMax) throw new Error('nests too deeply')
        isNamed = false
        return isList
      }
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        depth--
        return false
      case TokenType.COLON:
        isNamed = depth === 1 && last === 'employees'
        return false
      default:
        if (depth === 1) {
          last = value
          isNamed = false
        }
        return false
    }
  }

  return { follow }
}
