// JSON as HiBob sends it, read without harm: nesting is bounded before anything is parsed, and integers that a JavaScript
// number cannot hold come out as their exact digits, since HiBob's ids lie beyond 2^53.

/** How deep arrays and objects may nest. */
export const nestingMax = 64
const longInteger = /(?:^|[[:,\s])-?\d{16}/
const integer = /^-?\d+$/

const [quote, backslash, braceOpen, bracketOpen, braceClose, bracketClose] = Buffer.from('"\\{[}]') as unknown as [
  number,
  number,
  number,
  number,
  number,
  number,
]

/** Whether arrays and objects nest at most 64 deep. Text that is not JSON gives a bound of some kind, never an error. */
export function nestsShallowly(text: string): boolean {
  if (hasFew(text, '{', nestingMax / 2) && hasFew(text, '[', nestingMax / 2)) return true
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (inString) {
      if (character === backslash) at++
      else if (character === quote) inString = false
    } else if (character === quote) inString = true
    else if (character === braceOpen || character === bracketOpen) {
      if (++depth > nestingMax) return false
    } else if (character === braceClose || character === bracketClose) depth--
  }
  return true
}

// what opens rarely cannot nest deeply, and counting that is far cheaper than following the nesting
function hasFew(text: string, opener: string, countMax: number): boolean {
  let at = -1
  for (let count = 0; count <= countMax; count++) {
    at = text.indexOf(opener, at + 1)
    if (at < 0) return true
  }
  return false
}

const byteOrderMark = 0xfeff

/**
 * JSON.parse, but a byte order mark at the beginning is passed over, and integers outside ±(2^53 − 1) become strings of
 * their digits. Throws SyntaxError as JSON.parse does.
 */
export function parseJson(text: string): unknown {
  const json = text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text
  return longInteger.test(json) ? JSON.parse(json, exactInteger as ParseReviver) : JSON.parse(json)
}

/** The value of a JSON number by its text: an integer beyond ±(2^53 − 1) stays its digits. */
export function exactNumber(source: string): number | string {
  const value = Number(source)
  return Number.isSafeInteger(value) || !integer.test(source) ? value : source
}

type ParseReviver = (this: unknown, key: string, value: unknown) => unknown

// the third argument is ECMAScript's source text access, which the compiler's library does not declare yet
function exactInteger(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  return context.source !== undefined && integer.test(context.source) ? context.source : value
}
