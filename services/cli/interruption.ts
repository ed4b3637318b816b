// Ctrl-C: what was done until then is said, and the exit status is that of an interrupted command.
import { AppError } from '@hibob-sync/runtime'

export const interruptedStatus = 130

/** Its message says what became of the work. */
export class Interrupted extends AppError {
  constructor(message: string) {
    super('interrupted', message, { retryable: true })
  }
}

/**
 * Waits for `act`, which only looks on: after Ctrl-C it is left where it is, and its signal tells it to show nothing more. Throws
 * Interrupted with `message`.
 */
export async function orInterrupted<T>(message: string, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const { promise, reject } = Promise.withResolvers<never>()
  // npm and the launcher pass on what the terminal has sent already: a second one must not end the command before it has spoken
  const interrupt = () => {
    const interruption = new Interrupted(message)
    controller.abort(interruption)
    reject(interruption)
  }
  process.on('SIGINT', interrupt)
  try {
    return await Promise.race([act(controller.signal), promise])
  } finally {
    if (!controller.signal.aborted) process.off('SIGINT', interrupt)
  }
}
