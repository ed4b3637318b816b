// What an error answer holds.
import type { Variants } from './dimensions.ts'

/** HiBob's usual error body. */
export const errorBody = (key: string, error: string) => ({ key, error, args: {} })

/** The text of an error answer whose usual body is `text`. */
export function shapeError(text: string, status: number, { errorBodies }: Variants, now: number): string {
  if (errorBodies === 'key') return text
  if (errorBodies === 'empty') return ''
  const { key, error } = JSON.parse(text) as ReturnType<typeof errorBody>
  return JSON.stringify({ error: key, message: error, statusCode: status, timestamp: new Date(now).toISOString() })
}
