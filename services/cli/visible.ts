// Text from outside as a terminal may have it: names and types come from elsewhere, and must not move the cursor or change colours.

// control characters, line separators, and marks that turn the direction of writing
const unseen = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Each control character becomes its escape, as in JSON: `\u001b`. */
export const visible = (text: string) =>
  text.replace(unseen, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
