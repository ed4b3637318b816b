// Text from outside as a terminal may have it: names and types come from elsewhere, and must not move the cursor, change colours, pretend
// to be another line, or be there unseen. In JSON the same escapes stand for the same characters, so programs read what was meant.

// controls, line separators, marks that turn the direction of writing, and what has no width, but the joiners that words and emoji need
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\u061c\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

const escaped = (text: string): string =>
  Array.from({ length: text.length }, (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')

/** Each such character becomes its escape, as in JSON: `\u001b`. */
export const visible = (text: string): string => text.replace(unseen, escaped)

/** The same for text of several lines, which are its own. */
export const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n')

/** JSON that holds none of them. */
export const visibleJson = (value: unknown, indent = 0): string => visibleLines(JSON.stringify(value, null, indent))
