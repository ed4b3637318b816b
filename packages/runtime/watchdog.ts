// Says in /health/live that something stands still, so that a supervisor restarts the process; without one, the process ends itself soon
// after. Restarted, every service takes over anew from what is stored.
import type { Health } from './admin.ts'
import { AppError } from './app-error.ts'
import type { Logger } from './logger.ts'
import { type Doing, standstill } from './standstill.ts'

export interface WatchdogOptions {
  /** What has something to do now, and is not waiting for an engine. */
  doing(): Iterable<Doing>
  logger: Logger
  fatal(error: Error): void
  /** How long something may stand still past its limit before the process ends, in ms. */
  graceMs?: number
  lookEveryMs?: number
}

export interface Watchdog {
  live(): Health
  stop(): void
}

export function watchdog({ doing, logger, fatal, graceMs = 10_000, lookEveryMs = 1000 }: WatchdogOptions): Watchdog {
  const { look } = standstill()
  let standing: string[] = []
  let since = 0
  const timer = setInterval(watch, lookEveryMs)
  timer.unref()

  function watch(): void {
    const found = look(doing()).map(({ what, forMs }) => `${what}, for ${Math.round(forMs / 1000)} s`)
    if (found.length > 0 && standing.length === 0) {
      since = performance.now()
      logger.error({ code: 'standing_still' }, `no longer live: ${found.join('; ')}`)
    }
    if (found.length === 0 && standing.length > 0) logger.warn({ code: 'moving_again' }, 'live again')
    standing = found
    if (standing.length === 0 || performance.now() - since < graceMs) return
    clearInterval(timer)
    fatal(standingStill(standing))
  }

  return {
    live: () => ({ ok: standing.length === 0, ...(standing.length === 0 ? {} : { detail: { standing } }) }),
    stop: () => clearInterval(timer),
  }
}

const standingStill = (standing: readonly string[]) =>
  new AppError(
    'standing_still',
    `${standing.join('; ')}, although Kafka and MongoDB answer: the process ends so that it is started again. Report it if it recurs`,
    { retryable: true },
  )
