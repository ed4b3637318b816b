// How `npm start` ends. The first Ctrl-C stops what was started, newest first, even in the middle of starting; another one ends at
// once. Npm passes on the SIGINT that the terminal has sent already, so the same signal within half a second counts once.
import { setTimeout as wait } from 'node:timers/promises'
import { AppError, errorCode } from '@hibob-sync/runtime'
import { complaint } from '../complaint.ts'

type Stop = () => unknown

export interface Ending {
  /**
   * Runs `stop` at the end. `needsEngines`: what waits for engines to take what is left, which is not waited for when they do not answer.
   * Throws AppError `ending` when the end has begun: then it runs now, and nothing more is to be started.
   */
  atEnd(stop: Stop, options?: { needsEngines: boolean }): void
  /** Tells what went wrong, stops everything, and ends with status 1. */
  fail(error: unknown): void
}

export interface EndingOptions {
  onEnding(): void
  /** Whether what is stopped can still get rid of what it holds. */
  enginesAnswer(): Promise<boolean>
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const sameSignalWithinMs = 500
const stopWithinMs = 9500
const stopWithoutEnginesWithinMs = 500

export function endOnSignals({ onEnding, enginesAnswer }: EndingOptions): Ending {
  const stops: { stop: Stop; needsEngines: boolean }[] = []
  let begunAt: number | null = null
  let status = 0

  function atEnd(stop: Stop, { needsEngines } = { needsEngines: false }): void {
    stops.push({ stop, needsEngines })
    if (begunAt === null) return
    void stopAll()
    throw new AppError('ending', 'everything is being ended', { retryable: false })
  }

  function fail(error: unknown): void {
    // what fails because its ground is being taken away is no fault
    if (begunAt !== null) return
    status = 1
    end()
    complain(error)
  }

  function end(): void {
    begunAt = performance.now()
    onEnding()
    setTimeout(() => {
      process.stderr.write(`not everything ended within ${stopWithinMs / 1000} s: the rest is killed\n`)
      process.exit(1)
    }, stopWithinMs)
    void stopAll().then(() => process.exit(status))
  }

  async function stopAll(): Promise<void> {
    for (let next = stops.pop(); next !== undefined; next = stops.pop()) {
      try {
        await stopOne(next)
      } catch (error) {
        status = 1
        complain(error)
      }
    }
  }

  async function stopOne({ stop, needsEngines }: (typeof stops)[number]): Promise<unknown> {
    const patient = !needsEngines || (await enginesAnswer())
    const stopped = Promise.resolve(stop())
    if (patient) return stopped
    // it stays as it is, and fails as it likes: what it holds is taken up again at the next start
    stopped.catch(() => {})
    return Promise.race([stopped, wait(stopWithoutEnginesWithinMs)])
  }

  for (const signal of signals) {
    process.on(signal, () => {
      if (begunAt === null) end()
      else if (performance.now() - begunAt > sameSignalWithinMs) process.exit(1)
    })
  }
  process.stderr.on('error', () => {})
  // with a reader such as `head` it ends as with Ctrl-C: nobody would see that it runs
  process.stdout.on('error', error => {
    if (errorCode(error) !== 'EPIPE') fail(error)
    else if (begunAt === null) end()
  })
  process.on('uncaughtException', fail)
  return { atEnd, fail }
}

function complain(error: unknown): void {
  process.stderr.write(`${complaint(error)}\n`)
}
