// Waits until the projector has folded an event that was just appended, so that a command can say what came of it.
import { setTimeout as delay } from 'node:timers/promises'
import { projectorCheckpoints } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Appended, Context } from './context.ts'
import { orInterrupted } from './interruption.ts'
import { progressDisplay } from './progress.ts'

const askEveryMs = 100
/** So long nothing is folded before it is given up: then no projector runs, or it cannot go on. */
const standstillMs = 30_000

/** Throws AppError `projector_behind`: the event is in the log all the same, and is folded when a projector comes to it. */
export function awaitFolded(context: Context, appended: Appended, what: string): Promise<void> {
  return orInterrupted(`${what} in the log, and the projector folds it all the same`, signal =>
    folded(context, appended, what, signal),
  )
}

async function folded(
  context: Context,
  { partition, offset }: Appended,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  const checkpoints = projectorCheckpoints(await context.mongo())
  const display = progressDisplay()
  signal.addEventListener('abort', () => display.end())
  let seen = ''
  let movedAt = performance.now()
  let begun: number | null = null
  try {
    for (;;) {
      const position = (await checkpoints.load(partition))?.position ?? { offset: 0, step: 0 }
      signal.throwIfAborted()
      if (position.offset > offset) return
      const at = `${position.offset}/${position.step}`
      if (at !== seen) movedAt = performance.now()
      seen = at
      begun ??= position.offset
      if (performance.now() - movedAt > standstillMs) throw behind(what)
      const [done, total] = [position.offset - begun, offset + 1 - begun]
      if (total > 1) display.show({ label: 'waiting for the projector', done, total, unit: 'events' })
      await delay(askEveryMs)
    }
  } finally {
    display.end()
  }
}

const behind = (what: string) =>
  new AppError(
    'projector_behind',
    `${what} in the log, and no projector has folded it yet: see whether one runs (\`hibob-sync status\`)`,
    { retryable: true },
  )
