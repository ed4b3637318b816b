// Waits until the owner of a partition has tried an undelivered change once more, and says what came of it.
import { setTimeout as delay } from 'node:timers/promises'
import type { UndeliveredChange } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { progressDisplay } from './progress.ts'

export interface RetryWatch {
  /** Whether the wish is not answered yet. */
  isAsked(): Promise<boolean>
  /** The note, null when the change or a newer one is delivered. */
  note(): Promise<UndeliveredChange | null>
}

const askEveryMs = 200
/** A take-over after a crash is waited for too. */
export const retryWaitsMs = 60_000

/** Resolves when it is delivered. Throws AppError `change_refused`, or `projector_behind` when nobody tried it in time. */
export async function awaitRetry(
  id: string,
  watch: RetryWatch,
  { signal, waitsMs = retryWaitsMs }: { signal?: AbortSignal; waitsMs?: number } = {},
): Promise<void> {
  const until = performance.now() + waitsMs
  const display = progressDisplay()
  signal?.addEventListener('abort', () => display.end())
  try {
    while (await watch.isAsked()) {
      signal?.throwIfAborted()
      if (performance.now() > until) throw behind(id)
      display.show({ label: `waiting for the projector to publish ${id}`, done: 0, total: 0, unit: '' })
      await delay(askEveryMs)
    }
  } finally {
    display.end()
  }
  const note = await watch.note()
  if (note !== null)
    throw new AppError(
      'change_refused',
      `Kafka refuses ${id} again (${note.cause}, ${note.bytes} bytes): see hibob-sync parked show ${id}`,
      { retryable: false },
    )
}

const behind = (id: string) =>
  new AppError(
    'projector_behind',
    `${id} is asked for, and no projector has tried it yet: see whether one runs (\`hibob-sync status\`). It does so as soon as it can`,
    { retryable: true },
  )
