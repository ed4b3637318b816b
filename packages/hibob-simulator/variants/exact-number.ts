// Ids beyond 2^53 as JSON numbers with every digit, which no JavaScript number can hold.
interface ExactJson {
  rawJSON(text: string): unknown
}
// the compiler's library does not declare it yet
const { rawJSON } = JSON as unknown as ExactJson

export const isDigits = (value: unknown): value is string => typeof value === 'string' && /^(0|[1-9]\d*)$/.test(value)

/** For `JSON.stringify` alone: digits as a number, anything else as it is. */
export const exactNumber = (value: unknown): unknown => (isDigits(value) ? rawJSON(value) : value)
