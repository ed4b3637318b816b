// Whether the process has more to do than it can: while it has, requests are refused before anything is spent on them.
// Memory counts only while half of the limit is really in use: what the allocator keeps of a past flood is no reason to refuse anybody.
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface LoadWatchOptions {
  memoryBytesMax: number
}

const lookMs = 500
const resolutionMs = 20
const delayMaxMs = 250

export function loadWatch({ memoryBytesMax }: LoadWatchOptions) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  let isOverloaded = false
  delay.enable()
  const timer = setInterval(look, lookMs).unref()

  /** Called twice a second. */
  function look(): void {
    isOverloaded = delay.mean / 1e6 > delayMaxMs || isShortOfMemory()
    delay.reset()
  }

  function isShortOfMemory(): boolean {
    if (process.memoryUsage.rss() < memoryBytesMax) return false
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external > memoryBytesMax / 2
  }

  function stop(): void {
    clearInterval(timer)
    delay.disable()
  }

  return { isOverloaded: () => isOverloaded, look, stop }
}
