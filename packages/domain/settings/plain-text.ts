// What a document may not say though its shape allows it, because it would work against whoever reads what is published.
// Only the check refuses it: the fold follows every document that was ever accepted.

/** Names that objects have by birth in JavaScript and elsewhere. */
const reserved = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype'])

export const isReserved = (name: string): boolean => reserved.has(name)

// also line separators, and marks that turn the direction of all that follows
const controls = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u

/** The first control character of a text as `U+001B`, or null. `except`: characters that may be. */
export function controlCharacterIn(text: string, except = ''): string | null {
  for (const character of text)
    if (controls.test(character) && !except.includes(character))
      return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  return null
}
