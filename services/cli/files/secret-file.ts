// Secrets come from files, never from arguments, which other users of the machine can see. What a file holds is never shown.
import { AppError } from '@hibob-sync/runtime'
import { beginningOf } from './beginning-of.ts'
import { textOf } from './text-of.ts'

const bytesMax = 4096
/** With a byte order mark before it and a line end after it. */
const readMax = bytesMax + 3 + 2

/** What else such a file may be, seen by its beginning. */
const otherThings: [RegExp, string][] = [
  [/^-----BEGIN [A-Z0-9 ]+-----/, 'it is a PEM file, such as a key or a certificate'],
  [/^<(!doctype|html|\?xml|[a-z]+[\s>])/i, 'it is HTML or XML, such as a web page that was saved'],
  [/^[[{]\s*["\]}{[]/, 'it is JSON: take the value out of it, without quotes'],
  [/^https?:\/\//i, 'it is a URL'],
  [/^(basic|bearer|token)\s+\S/i, 'it begins with a word such as “Basic”: keep what follows it alone'],
  [/^[a-z][\w-]*:\s+\S/i, 'it holds a header or a line such as `name: value`: keep the value alone'],
  [
    /^(export\s+\w+|[A-Z][A-Z0-9_]{2,}|\w*(token|secret|password|key|bob)\w*)\s*=\s*[^=\s]/i,
    'it holds a line such as `KEY=value`: keep the value alone',
  ],
]
const quotes = /^(".*"|'.*'|`.*`|“.*”|‘.*’|„.*“|«.*»)$/s

/**
 * The secret that a file holds; one line end at its end is none of it. Throws AppError `file_unreadable`, `file_empty`, or
 * `secret_unusable` for what cannot be a secret of HiBob: then the file is most likely another one.
 */
export async function secretFrom(file: string): Promise<string> {
  const bytes = await beginningOf(file, readMax)
  const isCut = bytes.length > readMax
  // a character that was cut in two is not of another encoding
  const decoded = textOf(isCut ? bytes.subarray(0, bytes.findLastIndex(byte => byte < 0x80) + 1) : bytes)
  if ('problem' in decoded) throw refused('secret_unusable', `${file} ${decoded.problem}`)
  const value = decoded.text.replace(/\r?\n$/, '')
  if (value === '' && !isCut) throw refused('file_empty', `${file} is empty: it should hold the secret`)
  const problem = problemOf(value, isCut)
  if (problem !== null) throw refused('secret_unusable', `${file} holds no secret of HiBob: ${problem}`)
  return value
}

function problemOf(value: string, isCut: boolean): string | null {
  const bare = value.trim()
  const other = otherThings.find(([begins]) => begins.test(bare))?.[1]
  if (other !== undefined) return other
  if (isCut || Buffer.byteLength(value) > bytesMax) return `it is longer than ${bytesMax} bytes. Is it the right file?`
  if (bare.length > 1 && quotes.test(bare)) return 'it holds quotes around the secret: remove them'
  if (bare !== value) return 'it begins or ends with a blank or an empty line: remove what is around the secret'
  if (/[\r\n]/.test(value)) return 'it holds several lines: keep the secret alone'
  return /^[\x20-\x7e]*$/.test(value) ? null : 'it holds more than printable ASCII characters. Is it the right file?'
}

const refused = (code: string, message: string) => new AppError(code, message, { retryable: false })
