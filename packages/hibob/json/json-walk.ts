// Walks through a JSON text of any size, piece by piece. The visitor decides of each object and list whether to go into it, to have it
// whole, or to pass over it; nothing else is held in memory, and what comes whole is bounded in size and depth.
// Integers that a JavaScript number cannot hold come out as their digits.
import { Tokenizer, TokenType } from '@streamparser/json'
import { exactNumber, nestingMax } from '../json-text.ts'
import { longStrings } from './long-strings.ts'

export type JsonKind = 'object' | 'list'

/** A member's name, the number of an entry, or null for the text's own value. */
export type JsonKey = string | number | null

export interface JsonVisitor {
  begin(key: JsonKey, kind: JsonKind): 'enter' | 'whole' | 'skip'
  /** A value that is no object or list, or one that was to come whole. */
  value(key: JsonKey, value: unknown): void
  /** A value that is larger, or nests deeper, than is taken. */
  tooLarge(key: JsonKey): void
  /** Of the value that comes next, whole, a text was left out that is longer than is taken; in a list null stands for it. */
  textLeftOut?(): void
  /** The object or list that was entered last has ended. */
  end(): void
}

export interface JsonWalk {
  /** Throws when the text is no JSON, and what the visitor throws. */
  take(chunk: Uint8Array): void
  /** No more comes. Whether the text was whole. */
  finish(): boolean
}

interface Frame {
  kind: JsonKind
  key: string
  /** Members or entries that have begun. */
  count: number
  /** Null where it was entered: then nothing is built. */
  built: Record<string, unknown> | unknown[] | null
}

/** Longer texts are left out. */
export const stringBytesMax = 1024 * 1024
/** Of one value that comes whole, roughly its bytes in memory. */
const wholeCostStandard = 32 * 1024 * 1024
const valueCost = 40
const tooLong = Symbol('a text that was cut')

class ExactTokenizer extends Tokenizer {
  protected override parseNumber(digits: string): number {
    // whoever takes the value takes a text too
    return exactNumber(digits) as number
  }
}

export function createJsonWalk(visitor: JsonVisitor, wholeCostMax = wholeCostStandard): JsonWalk {
  const tokenizer = new ExactTokenizer()
  const strings = longStrings(stringBytesMax)
  const frames: Frame[] = []
  let expected: 'value' | 'key' | 'colon' | 'comma' | 'end' = 'value'
  /** How many objects and lists are open that are passed over. */
  let skipped = 0
  /** Of the value that is built: what it costs, and how many frames are around it. */
  let cost = 0
  let around = 0
  let stringCount = 0
  let failure: Error | null = null

  tokenizer.onError = error => {
    failure ??= error
  }
  tokenizer.onToken = ({ token, value }) => {
    const isCut = token === TokenType.STRING && strings.wasCut(stringCount++)
    if (failure !== null) return
    if (skipped > 0) skip(token)
    else follow(token, isCut ? tooLong : value)
  }

  function skip(token: TokenType): void {
    if (openedBy(token) !== null) skipped++
    else if (closedBy(token) !== null && --skipped === 0) afterValue()
  }

  function follow(token: TokenType, value: unknown): void {
    const top = frames.at(-1)
    const opened = openedBy(token)
    const closed = closedBy(token)
    if (closed !== null && closed === top?.kind && mayEnd(top)) close(top)
    else if (expected === 'value' && opened !== null) begin(opened, top)
    else if (expected === 'value' && isScalar(token)) scalar(value, top)
    else if (expected === 'key' && token === TokenType.STRING) named(value, top as Frame)
    else if (expected === 'colon' && token === TokenType.COLON) expected = 'value'
    else if (expected === 'comma' && token === TokenType.COMMA) expected = top?.kind === 'object' ? 'key' : 'value'
    else throw new Error('no JSON')
  }

  const mayEnd = ({ kind, count }: Frame) =>
    expected === 'comma' || (count === 0 && expected === (kind === 'object' ? 'key' : 'value'))

  function named(key: unknown, top: Frame): void {
    top.count++
    top.key = key === tooLong ? '' : String(key)
    expected = 'colon'
    if (top.built !== null && (key === tooLong || !pay(top.key.length))) abandon(0)
  }

  function begin(kind: JsonKind, top: Frame | undefined): void {
    if (top?.kind === 'list') top.count++
    const isPart = top != null && top.built !== null
    const wish = isPart ? 'whole' : visitor.begin(keyIn(top), kind)
    if (wish === 'whole' && !isPart) {
      cost = 0
      around = frames.length
    }
    if (wish === 'skip') skipped = 1
    else if (isPart && (frames.length - around >= nestingMax || !pay(0))) abandon(1)
    else {
      const built = wish === 'enter' ? null : kind === 'object' ? {} : []
      if (isPart) put(top, built)
      frames.push({ kind, key: '', count: 0, built })
      expected = kind === 'object' ? 'key' : 'value'
    }
  }

  function scalar(value: unknown, top: Frame | undefined): void {
    if (top?.kind === 'list') top.count++
    if (top != null && top.built !== null) {
      if (!pay(typeof value === 'string' ? value.length : 0)) return abandon(0)
      if (value !== tooLong) put(top, value)
      else {
        if (top.kind === 'list') put(top, null)
        visitor.textLeftOut?.()
      }
    } else if (value === tooLong) visitor.tooLarge(keyIn(top))
    else visitor.value(keyIn(top), value)
    afterValue()
  }

  function close({ built }: Frame): void {
    frames.pop()
    if (built === null) visitor.end()
    else if (frames.length === around) visitor.value(keyIn(frames.at(-1)), built)
    afterValue()
  }

  function pay(length: number): boolean {
    cost += valueCost + length
    return cost <= wholeCostMax
  }

  /** `opening`: objects or lists that have begun and have no frame yet. */
  function abandon(opening: 0 | 1): void {
    skipped = frames.length - around + opening
    frames.length = around
    visitor.tooLarge(keyIn(frames.at(-1)))
  }

  function afterValue(): void {
    expected = frames.length === 0 ? 'end' : 'comma'
  }

  return {
    take(chunk) {
      tokenizer.write(strings.cut(chunk))
      if (failure !== null) throw failure
    },
    finish() {
      if (!tokenizer.isEnded) tokenizer.end()
      return failure === null && expected === 'end'
    },
  }
}

function keyIn(frame: Frame | undefined): JsonKey {
  if (frame === undefined) return null
  return frame.kind === 'object' ? frame.key : frame.count - 1
}

function put({ built, key }: Frame, value: unknown): void {
  if (Array.isArray(built)) built.push(value)
  // a plain assignment would set the prototype
  else if (key === '__proto__')
    Object.defineProperty(built, key, { value, enumerable: true, configurable: true, writable: true })
  else if (built !== null) built[key] = value
}

function openedBy(token: TokenType): JsonKind | null {
  if (token === TokenType.LEFT_BRACE) return 'object'
  return token === TokenType.LEFT_BRACKET ? 'list' : null
}

function closedBy(token: TokenType): JsonKind | null {
  if (token === TokenType.RIGHT_BRACE) return 'object'
  return token === TokenType.RIGHT_BRACKET ? 'list' : null
}

const scalars = [TokenType.STRING, TokenType.NUMBER, TokenType.TRUE, TokenType.FALSE, TokenType.NULL]
const isScalar = (token: TokenType) => scalars.includes(token)
