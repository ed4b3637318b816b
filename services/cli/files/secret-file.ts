// Secrets come from files, never from arguments, which other users of the machine can see.
import { createReadStream } from 'node:fs'
import { AppError } from '@hibob-sync/runtime'

const bytesMax = 4096
const lineEndBytesMax = 2

/**
 * The secret that a file holds; one line end at its end is none of it. Throws AppError `file_unreadable`, `file_empty`, or
 * `secret_unusable` for what cannot be a secret of HiBob: then the file is most likely another one.
 */
export async function secretFrom(file: string): Promise<string> {
  const value = (await beginningOf(file)).replace(/\r?\n$/, '')
  if (value === '') throw refused('file_empty', `${file} is empty: it should hold the secret`)
  if (value.length > bytesMax) throw unusable(file, `it is longer than ${bytesMax} bytes`)
  if (value.trim() !== value) throw unusable(file, 'it begins or ends with a blank or an empty line')
  if (!/^[\x20-\x7e]*$/.test(value)) throw unusable(file, 'it holds more than printable ASCII characters')
  return value
}

/** As bytes, one character each: no more of them than tell that there are too many. */
async function beginningOf(file: string): Promise<string> {
  const chunks: Buffer[] = []
  try {
    // `end` is itself read
    for await (const chunk of createReadStream(file, { end: bytesMax + lineEndBytesMax })) chunks.push(chunk as Buffer)
  } catch (cause) {
    throw new AppError('file_unreadable', `${file} cannot be read: check the path`, { retryable: false, cause })
  }
  return Buffer.concat(chunks).toString('latin1')
}

const unusable = (file: string, why: string) =>
  refused('secret_unusable', `${file} holds no secret of HiBob: ${why}. Is it the right file?`)

const refused = (code: string, message: string) => new AppError(code, message, { retryable: false })
