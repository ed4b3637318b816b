// The beginning of a file that an operator names, so that no large one is read for nothing.
import { createReadStream } from 'node:fs'
import { AppError } from '@hibob-sync/runtime'

/** Up to `bytesMax` and one byte more, which tells that there are too many. Throws AppError `file_unreadable`. */
export async function beginningOf(file: string, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    // `end` is itself read
    for await (const chunk of createReadStream(file, { end: bytesMax })) chunks.push(chunk as Buffer)
  } catch (cause) {
    throw new AppError('file_unreadable', `${file} cannot be read: check the path`, { retryable: false, cause })
  }
  return Buffer.concat(chunks)
}
