// The life of a service process: start, signals, a bounded stop, and an exit code that tells how it ended.
import closeWithGrace from 'close-with-grace'
import { AppError, errorCode } from './app-error.ts'
import type { Logger } from './logger.ts'

export interface RunningService {
  stop(): Promise<void>
}

const stopWithinMs = 10_000

/**
 * Ends the process: 0 after SIGTERM or SIGINT, 1 after a fault, after a stop that took longer than 10 s, and at once after a second
 * signal. `fatal` is for faults that come after the start.
 */
export async function runService(
  logger: Logger,
  start: (fatal: (error: Error) => void) => Promise<RunningService>,
): Promise<void> {
  let running: RunningService | null = null
  let failed = false
  let ending = false
  const onTimeout = () => logger.fatal({ code: 'stop_timeout' }, `not stopped within ${stopWithinMs / 1000} s: ended`)
  const onSecondSignal = (signal: NodeJS.Signals) => logger.warn({ signal }, 'second signal: ended at once')
  const grace = closeWithGrace({ delay: stopWithinMs, logger: false, onTimeout, onSecondSignal }, async ({ err }) => {
    ending = true
    if (err !== undefined) fail(err)
    await running?.stop().catch(fail)
    logger.info('stopped')
    if (failed) process.exit(1)
  })
  const fail = (error: unknown) => {
    logFatal(logger, error)
    failed = true
  }
  const fatal = (error: Error) => {
    fail(error)
    if (!ending) grace.close()
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

/** The text of a fault that is not ours may quote a person's values; its class and place are told instead. */
function logFatal(logger: Logger, err: unknown): void {
  const ours = err instanceof AppError
  logger.fatal(
    ours ? { code: err.code } : { code: errorCode(err), err },
    ours ? err.message : 'a fault that the service does not know: start it again, and report the place if it recurs',
  )
}
