// Readers that have seen enough, such as `head`, close standard output or standard error. A listing then ends; whatever acts goes on to
// its end, and its exit status tells what came of it.
import { once } from 'node:events'

let isClosed = false

/** Thrown by listings: there is nobody to list for. */
export class ReaderGone extends Error {}

export function surviveClosedOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', error => {
    if (!isClosed && (error as { code?: string }).code !== 'EPIPE') {
      const code = 'output_failed'
      process.exitCode = 1
      process.stderr.write(`${code}: standard output cannot be written (${error.message})\n`)
    }
    isClosed = true
  })
}

/** For what may be long: resolves when the reader can take more. Throws ReaderGone. */
export async function writeOut(text: string): Promise<void> {
  if (isClosed) throw new ReaderGone()
  if (process.stdout.write(text)) return
  await once(process.stdout, 'drain').catch(() => {
    throw new ReaderGone()
  })
}
