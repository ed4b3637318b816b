// Keeps a text of any length in an answer from filling memory: what goes beyond a limit is left out of the bytes before they are read, and
// which text it was is remembered. What is neither a text nor a bracket, and has no end, is no JSON.

export interface LongStrings {
  /** The bytes without what is too much of them. Throws when they cannot be JSON. */
  cut(chunk: Uint8Array): Uint8Array
  /** Whether something was left out of the text that began as this one, counted from 0, keys included. */
  wasCut(ordinal: number): boolean
}

const wordBytesMax = 1024
const [quote, backslash, letterU, blank, comma, colon] = [0x22, 0x5c, 0x75, 0x20, 0x2c, 0x3a]
const brackets = new Set(Buffer.from('[]{}'))

export function longStrings(stringBytesMax: number): LongStrings {
  const cutStrings = new Set<number>()
  let isInside = false
  /** Bytes of the text, or of the number or literal, until now. */
  let length = 0
  let strings = -1
  /** Bytes that still belong to an escape sequence. */
  let escaped = 0

  function isKept(byte: number): boolean {
    if (!isInside) {
      if (byte === quote) {
        isInside = true
        length = 0
        strings++
      } else if (byte <= blank || byte === comma || byte === colon || brackets.has(byte)) length = 0
      else if (++length > wordBytesMax) throw new Error('no JSON')
      return true
    }
    length++
    if (escaped > 0) {
      // the first of them says whether four digits follow
      escaped = escaped === 5 ? (byte === letterU ? 4 : 0) : escaped - 1
      return !cutStrings.has(strings)
    }
    if (byte === quote) {
      isInside = false
      length = 0
      return true
    }
    // from here on, and only between characters
    if (length > stringBytesMax && byte >= blank && byte < 0x80) cutStrings.add(strings)
    if (byte === backslash) escaped = 5
    return !cutStrings.has(strings)
  }

  // used again for each piece, since all of it is read before the next one comes
  let kept = Buffer.alloc(0)

  return {
    cut(chunk) {
      if (kept.length < chunk.length) kept = Buffer.alloc(chunk.length)
      let size = 0
      for (const byte of chunk) if (isKept(byte)) kept[size++] = byte
      return kept.subarray(0, size)
    },
    wasCut: ordinal => cutStrings.delete(ordinal),
  }
}
