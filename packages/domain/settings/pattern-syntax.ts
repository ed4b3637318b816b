// Reads a regular expression of the common kind: everything of JavaScript's but what needs backtracking (back-references, looking
// around) and what is seldom meant (a repeat of something that may be empty). What it takes, it takes with JavaScript's meaning.
import { readClass, readEscape, type Units, type UnitTest } from './pattern-class.ts'
import { PatternError } from './pattern-error.ts'

export type PatternNode =
  | { kind: 'unit'; test: UnitTest }
  | { kind: 'assert'; what: '^' | '$' | 'b' | 'B' }
  | { kind: 'sequence'; of: PatternNode[] }
  | { kind: 'either'; of: PatternNode[] }
  | { kind: 'group'; of: PatternNode; index: number }
  | { kind: 'repeat'; of: PatternNode; min: number; max: number; lazy: boolean }

export const patternLengthMax = 200
const repeatMax = 100

/** Throws PatternError, which says what to do, for what is not a pattern or not one of these. */
export function readPattern(source: string, ignoreCase: boolean): { node: PatternNode; groups: number } {
  if (source.length > patternLengthMax) throw new PatternError(`a pattern has at most ${patternLengthMax} characters`)
  const units: Units = { source, at: 0, ignoreCase }
  let groups = 0

  function either(): PatternNode {
    const of = [sequence()]
    while (source[units.at] === '|') {
      units.at++
      of.push(sequence())
    }
    return of.length === 1 ? (of[0] as PatternNode) : { kind: 'either', of }
  }

  function sequence(): PatternNode {
    const of: PatternNode[] = []
    while (units.at < source.length && source[units.at] !== '|' && source[units.at] !== ')') of.push(repeated(atom()))
    return { kind: 'sequence', of }
  }

  function atom(): PatternNode {
    const char = source[units.at++] as string
    switch (char) {
      case '(':
        return group()
      case '^':
      case '$':
        return { kind: 'assert', what: char }
      case '.':
        return { kind: 'unit', test: unit => !lineEnds.has(unit) }
      case '[':
        return { kind: 'unit', test: readClass(units) }
      case '\\': {
        const escaped = source[units.at]
        if (escaped === 'b' || escaped === 'B') {
          units.at++
          return { kind: 'assert', what: escaped }
        }
        return { kind: 'unit', test: readEscape(units) }
      }
      case '*':
      case '+':
      case '?':
      case '{':
        throw new PatternError(`nothing to repeat before “${char}”; to mean the character itself write “\\${char}”`)
      default:
        return { kind: 'unit', test: readEscape(units, char) }
    }
  }

  function group(): PatternNode {
    let index = 0
    if (source[units.at] === '?') {
      if (source[units.at + 1] !== ':')
        throw new PatternError(
          `“(${source.slice(units.at, units.at + 2)}” is not supported; groups are “(…)” or “(?:…)”`,
        )
      units.at += 2
    } else index = ++groups
    const of = either()
    if (source[units.at++] !== ')') throw new PatternError('a “(” has no “)”')
    return index === 0 ? of : { kind: 'group', of, index }
  }

  function repeated(of: PatternNode): PatternNode {
    const counts = readCounts(units)
    if (counts === null) return of
    if (mayBeEmpty(of))
      throw new PatternError(
        'a repeat of something that may itself be empty is not supported; repeat its parts instead',
      )
    const lazy = source[units.at] === '?'
    if (lazy) units.at++
    return { kind: 'repeat', of, ...counts, lazy }
  }

  const node = either()
  if (units.at < source.length) throw new PatternError('a “)” has no “(”; to mean the character itself write “\\)”')
  return { node, groups }
}

const lineEnds = new Set([0x0a, 0x0d, 0x2028, 0x2029])

function readCounts(units: Units): { min: number; max: number } | null {
  const char = units.source[units.at]
  if (char === '*' || char === '+' || char === '?') {
    units.at++
    return { min: char === '+' ? 1 : 0, max: char === '?' ? 1 : Number.POSITIVE_INFINITY }
  }
  if (char !== '{') return null
  const counted = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(units.source.slice(units.at))
  if (counted === null)
    throw new PatternError('“{” begins a count such as “{2,5}”; for the character itself write “\\{”')
  units.at += counted[0].length
  const min = Number(counted[1])
  const max = counted[2] === undefined ? min : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3])
  if (min > max) throw new PatternError(`the count “${counted[0]}” is the wrong way round`)
  if (min > repeatMax || (max > repeatMax && max !== Number.POSITIVE_INFINITY))
    throw new PatternError(`“${counted[0]}” repeats more than ${repeatMax} times`)
  return { min, max }
}

function mayBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'unit':
      return false
    case 'assert':
      return true
    case 'sequence':
      return node.of.every(mayBeEmpty)
    case 'either':
      return node.of.some(mayBeEmpty)
    case 'group':
      return mayBeEmpty(node.of)
    case 'repeat':
      return node.min === 0 || mayBeEmpty(node.of)
  }
}
