// Looks again and again at what is to be done, until it is told to end; a look that fails is made again.
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode, type Logger } from '@hibob-sync/runtime'

export interface Looking {
  everyMs: number
  /** Nothing is looked at while this is false (protocol P4). */
  mayBegin(): boolean
  look(): Promise<void>
  /** What is logged when a look fails. */
  fault: string
  logger: Logger
  signal: AbortSignal
}

/** Resolves when `signal` has aborted and the last look has ended. */
export async function lookAgainAndAgain({ everyMs, mayBegin, look, fault, logger, signal }: Looking): Promise<void> {
  while (!signal.aborted) {
    try {
      if (mayBegin()) await look()
    } catch (error) {
      logger.warn({ code: errorCode(error) }, fault)
    }
    await wait(everyMs, undefined, { signal }).catch(() => {})
  }
}
