// Runs a preview with its progress shown. Nothing is written.
import { setTimeout as delay } from 'node:timers/promises'
import type { PersonPreview, Settings } from '@hibob-sync/domain'
import { type PreviewResult, previewSettingsOf } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Context } from '../context.ts'
import { orInterrupted } from '../interruption.ts'
import { progressDisplay } from '../progress.ts'

const waitMs = 60_000
const askEveryMs = 200

export interface PreviewWanted {
  userId?: string
  onPerson?(person: PersonPreview): void | Promise<void>
}

/** Throws AppError `projector_behind` while an event that reaches everyone is half folded for too long. */
export function runPreview(
  context: Context,
  tenantId: string,
  settings: Settings,
  wanted: PreviewWanted = {},
): Promise<PreviewResult> {
  return orInterrupted('interrupted, nothing was done', signal => preview(context, tenantId, settings, wanted, signal))
}

async function preview(
  context: Context,
  tenantId: string,
  settings: Settings,
  wanted: PreviewWanted,
  signal: AbortSignal,
): Promise<PreviewResult> {
  const [mongo, partition] = [await context.mongo(), await context.partitionOf(tenantId)]
  const { users: total } = await (await context.models()).counts(tenantId)
  const display = progressDisplay()
  signal.addEventListener('abort', () => display.end())
  const until = performance.now() + waitMs
  try {
    for (;;) {
      const result = await previewSettingsOf(mongo, {
        tenantId,
        partition,
        settings,
        onProgress: done => {
          signal.throwIfAborted()
          if (done < total) display.show({ label: 'previewing', done, total, unit: 'people' })
        },
        ...wanted,
      })
      if (result !== null) return result
      if (performance.now() > until)
        throw new AppError(
          'projector_behind',
          `an event that reaches everyone of ${tenantId}'s partition is half folded: see how far the projector is (\`hibob-sync status\`), then try again`,
          { retryable: true },
        )
      await delay(askEveryMs)
    }
  } finally {
    display.end()
  }
}
