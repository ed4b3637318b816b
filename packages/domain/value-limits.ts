// How large what is published may be. Characters are Unicode's, as JSON Schema's `maxLength` counts them: an emoji is one, wherever it is
// shown as one code point. A text or a user that is larger counts as a value that cannot be read: the field keeps its last one.
import { UnreadableField } from './settings/field-value.ts'

export const valueLimits = {
  /** Of each text of a user or a team, ids included. */
  textCharacters: 4000,
  /** Of a whole user as JSON. */
  userBytes: 256 * 1024,
  /** Of a change as JSON. */
  changeBytes: 1024 * 1024,
} as const

export const isTooLong = (text: string): boolean =>
  text.length > valueLimits.textCharacters && charactersOf(text) > valueLimits.textCharacters

/** The text itself. Throws UnreadableField, which names `what` and how long it is. */
export function shortText(what: string, text: string): string {
  if (isTooLong(text)) throw tooLong(what, charactersOf(text))
  return text
}

export const tooLong = (what: string, characters: number) =>
  new UnreadableField(`${what} has ${characters} characters, and at most ${valueLimits.textCharacters} are kept`)

export function charactersOf(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

/** Of a value as JSON, in UTF-8. */
export const jsonBytes = (value: unknown): number => utf8Bytes(JSON.stringify(value))

export const isLargerThan = (bytes: number, text: string): boolean =>
  text.length > bytes || (text.length * 3 > bytes && utf8Bytes(text) > bytes)

function utf8Bytes(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    // each half of a pair stands for two of its four bytes
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return bytes
}
