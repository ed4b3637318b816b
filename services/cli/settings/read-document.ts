// A settings document as it is given: a file, or `-` for standard input.
import { buffer } from 'node:stream/consumers'
import { AppError } from '@hibob-sync/runtime'
import { beginningOf } from '../files/beginning-of.ts'
import { jsonFrom } from '../files/json-text.ts'
import { textOf } from '../files/text-of.ts'

const bytesMax = 1024 * 1024
const problemsMax = 10

/** What a whole document may be instead. */
const otherThings: [RegExp, string][] = [
  [/^\s*$/, 'is empty: {} are settings that set nothing'],
  [/^\s*</, 'is HTML or XML, not JSON'],
  [
    /^\s*(---|%YAML|#.*\n)|^\s*(- )?(?<quote>["']?)[\w-]+\k<quote>:(\s|$)|^\s*- /,
    'is YAML, not JSON: write it as JSON, such as {"time_zone": "Europe/Berlin"}',
  ],
  [
    /^\s*\[[\w.-]+\]\s*$|^\s*[\w.-]+\s*=/m,
    'is TOML or INI, not JSON: write it as JSON, such as {"time_zone": "Europe/Berlin"}',
  ],
]

/** Throws AppError `file_unreadable`, or `settings_invalid` for what is no JSON or gives a key twice. */
export async function readDocument(file: string): Promise<unknown> {
  const name = file === '-' ? 'standard input' : file
  const bytes = file === '-' ? await buffer(process.stdin) : await beginningOf(file, bytesMax)
  if (bytes.length > bytesMax) throw invalid(`${name} is larger than 1 MiB: no settings are`)
  return documentFrom(bytes, name)
}

/** Throws AppError `settings_invalid`. */
export function documentFrom(bytes: Buffer, name: string): unknown {
  const decoded = textOf(bytes)
  if ('problem' in decoded) throw invalid(`${name} ${decoded.problem}`)
  const { text } = decoded
  const read = jsonFrom(text)
  if ('value' in read) return read.value
  const other = /^\s*\{/.test(text) ? undefined : otherThings.find(([pattern]) => pattern.test(text))?.[1]
  if (other !== undefined) throw invalid(`${name} ${other}`)
  const lines = read.problems
    .slice(0, problemsMax)
    .map(({ path, place, message }) => `${place}${path === '' ? '' : ` (${path})`}: ${message}`)
  const more = read.problems.length - lines.length
  const what = read.isJson ? 'gives keys twice' : 'is no JSON'
  throw invalid(`${name} ${what}: ${lines.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`)
}

const invalid = (message: string) => new AppError('settings_invalid', message, { retryable: false })
