// Whether the process has more to do than it can, and whom it refuses then, before anything is spent on them: first those whose connection has
// brought no webhook of a right signature yet.
// Memory counts only while half of the limit is really in use: what the allocator keeps of a past flood is no reason to refuse anybody.
import { monitorEventLoopDelay } from 'node:perf_hooks'

export interface LoadWatchOptions {
  memoryBytesMax: number
}

const lookMs = 500
const resolutionMs = 20
const delayMaxMs = 250
const delayHopelessMs = 1000

export type Refusing = 'nobody' | 'strangers' | 'everyone'

export function loadWatch({ memoryBytesMax }: LoadWatchOptions) {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  let refusing: Refusing = 'nobody'
  delay.enable()
  const timer = setInterval(look, lookMs).unref()

  /** Called twice a second. */
  function look(): void {
    const delayMs = delay.mean / 1e6
    refusing =
      delayMs > delayHopelessMs || isShortOfMemory() ? 'everyone' : delayMs > delayMaxMs ? 'strangers' : 'nobody'
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

  return { refusing: () => refusing, look, stop }
}
