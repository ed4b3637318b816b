// A people answer of any size, read row by row: what is held is one row and what was not yet taken, never the whole answer.
// The rows stand under `employees`, or bare. A row that is too large to be held costs that row.
import { createJsonWalk, type JsonKey, type JsonKind } from '../json/json-walk.ts'
import { cutOff, type OddShape, oddShape } from '../shape-note.ts'

/** `path`: where it stands in the answer. */
export interface PeopleRow {
  path: string
  value: unknown
  /** A text was left out that is longer than is taken. */
  isCut: boolean
}

export interface RowStream {
  /** Throws when the answer is no JSON. */
  take(chunk: Uint8Array): void
  /** The rows that are complete and were not yet taken. */
  rows(): PeopleRow[]
  /** Null when the answer has ended and was one about people. */
  finish(): OddShape | null
}

/** Several texts of the greatest length may be in one; the log takes far less of a person. */
const rowCostMax = 4 * 1024 * 1024

/** In the place of a row that is too large. */
export const tooLargeRow = Symbol('a row that is too large')

export function createRowStream(): RowStream {
  let rows: PeopleRow[] = []
  /** The path of the rows' list; null before it was found. */
  let listPath: string | null = null
  let depth = 0
  let isCut = false
  let odd: OddShape = oddShape('$.employees', 'a list', undefined)

  function begin(key: JsonKey, kind: JsonKind) {
    if (depth > 0 && listPath !== null) return isInList() ? 'whole' : 'skip'
    const isBare = depth === 0 && kind === 'list'
    const isNamed = depth === 1 && key === 'employees' && kind === 'list'
    if (isBare || isNamed) listPath = isBare ? '$' : '$.employees'
    else if (depth > 0) {
      if (key === 'employees') odd = oddShape('$.employees', 'a list', {})
      return 'skip'
    }
    depth++
    return 'enter'
  }

  const isInList = () => depth === (listPath === '$' ? 1 : 2)

  function value(key: JsonKey, found: unknown): void {
    if (listPath !== null && isInList()) {
      rows.push({ path: `${listPath}[${key}]`, value: found, isCut })
      isCut = false
    } else if (depth === 0) odd = oddShape('$', 'an object or a list', found)
    else if (key === 'employees') odd = oddShape('$.employees', 'a list', found)
  }

  const walk = createJsonWalk(
    {
      begin,
      value,
      tooLarge: key => value(key, tooLargeRow),
      textLeftOut() {
        isCut = true
      },
      end: () => void depth--,
    },
    rowCostMax,
  )

  return {
    take: walk.take,
    rows() {
      const taken = rows
      rows = []
      return taken
    },
    finish() {
      if (!walk.finish()) return cutOff
      return listPath === null ? odd : null
    },
  }
}
