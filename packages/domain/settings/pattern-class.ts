// What one UTF-16 unit of a text must be, as patterns write it: a character, an escape, a class in brackets.
import { PatternError } from './pattern-error.ts'

export type UnitTest = (unit: number) => boolean

/** A pattern being read, and where. */
export interface Units {
  source: string
  at: number
  ignoreCase: boolean
}

const digit: UnitTest = unit => unit >= 0x30 && unit <= 0x39
export const isWord: UnitTest = unit =>
  digit(unit) || (unit >= 0x41 && unit <= 0x5a) || (unit >= 0x61 && unit <= 0x7a) || unit === 0x5f
const space: UnitTest = unit => /\s/.test(String.fromCharCode(unit))
const not =
  (test: UnitTest): UnitTest =>
  unit =>
    !test(unit)

const kinds: Record<string, UnitTest> = { d: digit, w: isWord, s: space, D: not(digit), W: not(isWord), S: not(space) }
const controls: Record<string, number> = { t: 0x09, n: 0x0a, v: 0x0b, f: 0x0c, r: 0x0d, '0': 0x00 }

/** Reads what follows a backslash; or, with `plain`, that character as it is. */
export function readEscape(units: Units, plain?: string): UnitTest {
  const found = plain === undefined ? escaped(units) : plain.charCodeAt(0)
  return typeof found === 'number' ? anyCase(units, unit => unit === found) : found
}

/** Reads a class after its `[`. */
export function readClass(units: Units): UnitTest {
  const { source } = units
  const negated = source[units.at] === '^'
  if (negated) units.at++
  const tests: UnitTest[] = []
  while (source[units.at] !== ']') {
    const from = classMember(units)
    if (typeof from === 'function') {
      tests.push(from)
      continue
    }
    if (source[units.at] !== '-' || source[units.at + 1] === ']') {
      tests.push(unit => unit === from)
      continue
    }
    units.at++
    const to = classMember(units)
    if (typeof to === 'function' || to < from) throw new PatternError('a range in brackets ends before it begins')
    tests.push(unit => unit >= from && unit <= to)
  }
  units.at++
  const any = anyCase(units, unit => tests.some(test => test(unit)))
  return negated ? not(any) : any
}

function classMember(units: Units): number | UnitTest {
  if (units.at >= units.source.length) throw new PatternError('a “[” has no “]”')
  const char = units.source[units.at++] as string
  if (char !== '\\') return char.charCodeAt(0)
  if (units.source[units.at] !== 'b') return escaped(units)
  units.at++
  return 0x08
}

function escaped(units: Units): number | UnitTest {
  const char = units.source[units.at++]
  if (char === undefined) throw new PatternError('a “\\” ends the pattern; to mean the character itself write “\\\\”')
  const kind = kinds[char]
  if (kind !== undefined) return kind
  if (char === 'x' || char === 'u') return hexadecimal(units, char === 'x' ? 2 : 4)
  const control = controls[char]
  if (control !== undefined && !(char === '0' && digit(units.source.charCodeAt(units.at)))) return control
  if (isWord(char.charCodeAt(0))) throw new PatternError(`“\\${char}” is not supported`)
  return char.charCodeAt(0)
}

function hexadecimal(units: Units, length: number): number {
  const digits = units.source.slice(units.at, units.at + length)
  if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits))
    throw new PatternError(`${length} hexadecimal digits must follow “\\${length === 2 ? 'x' : 'u'}”`)
  units.at += length
  return Number.parseInt(digits, 16)
}

function anyCase({ ignoreCase }: Units, test: UnitTest): UnitTest {
  if (!ignoreCase) return test
  return unit => {
    const char = String.fromCharCode(unit)
    return test(unit) || test(single(char.toLowerCase(), unit)) || test(single(char.toUpperCase(), unit))
  }
}

/** Some letters have another case of two units, which no single unit can match. */
const single = (text: string, unit: number) => (text.length === 1 ? text.charCodeAt(0) : unit)
