// A settings document as it is given: a file, or `-` for standard input.
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { AppError } from '@hibob-sync/runtime'

const bytesMax = 1024 * 1024

/** Throws AppError `file_unreadable` or `settings_invalid` for what is no JSON. */
export async function readDocument(file: string): Promise<unknown> {
  const given = file === '-' ? await text(process.stdin) : await contentOf(file)
  const name = file === '-' ? 'standard input' : file
  if (given.length > bytesMax) throw refused('settings_invalid', `${name} is larger than 1 MiB: no settings are`)
  try {
    return JSON.parse(given.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw refused('settings_invalid', `${name} is no JSON: ${cause instanceof Error ? cause.message : cause}`)
  }
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    throw refused('file_unreadable', `${file} cannot be read: check the path`)
  }
}

const refused = (code: string, message: string) => new AppError(code, message, { retryable: false })
