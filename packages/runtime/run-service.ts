// The life of a service process: start, signals, a bounded stop, and an exit code that tells how it ended.
import closeWithGrace from 'close-with-grace'
import { AppError, errorCode } from './app-error.ts'
import type { Logger } from './logger.ts'

export interface RunningService {
  stop(): Promise<void>
}

const stopWithinMs = 10_000

/** Ends the process: 0 after SIGTERM or SIGINT, 1 after a fault. `fatal` is for faults that come after the start. */
export async function runService(
  logger: Logger,
  start: (fatal: (error: Error) => void) => Promise<RunningService>,
): Promise<void> {
  let running: RunningService | null = null
  let fault: Error | null = null
  const grace = closeWithGrace({ delay: stopWithinMs, logger: false }, async ({ err }) => {
    if (err !== undefined) logFatal(logger, err)
    await running?.stop()
    logger.info('stopped')
    // ends the process with 1
    if (fault !== null) throw fault
  })
  const fatal = (error: Error) => {
    logFatal(logger, error)
    fault ??= error
    grace.close()
  }
  try {
    running = await start(fatal)
    logger.info('started')
  } catch (error) {
    logFatal(logger, error)
    grace.uninstall()
    process.exit(1)
  }
}

function logFatal(logger: Logger, error: unknown): void {
  const message = error instanceof AppError ? error.message : error instanceof Error ? error.message : 'unknown fault'
  logger.fatal({ code: errorCode(error) }, message)
}
