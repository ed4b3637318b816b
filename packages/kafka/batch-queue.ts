// Hands batches from the side that fetches to the side that reads; at most a few wait.
import type { LogRecord } from '@hibob-sync/domain'

const waitingMax = 4

export function batchQueue() {
  const batches: LogRecord[][] = []
  let ended = false
  let fault: Error | null = null
  let changed = Promise.withResolvers<void>()
  const notify = () => {
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }
  return {
    /** Resolves when there is room for the next one, or nobody reads any more. */
    async put(records: LogRecord[]): Promise<void> {
      batches.push(records)
      notify()
      while (batches.length >= waitingMax && !ended) await changed.promise
    },
    end() {
      ended = true
      notify()
    },
    fail(error: Error) {
      fault = error
      notify()
    },
    async *drain(): AsyncGenerator<LogRecord[]> {
      for (;;) {
        if (fault !== null) throw fault
        const records = batches.shift()
        if (records !== undefined) {
          notify()
          yield records
        } else if (ended) return
        else await changed.promise
      }
    },
  }
}
