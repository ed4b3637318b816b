// What the commands `verify` and `replay` share: their parts, their progress, and how differences are shown.
import type { Difference } from '@hibob-sync/domain'
import type { Comparison, LogParts, ReplayParts } from '@hibob-sync/replay'
import { AppError, codeVersionOf, readConfig } from '@hibob-sync/runtime'
import type { Context } from './context.ts'
import { environment } from './environment.ts'
import { printTable, say } from './output.ts'
import { progressDisplay } from './progress.ts'

const shownMax = 20

/** Runs `act` with its progress shown. Throws AppError `tenant_unknown` before anything else. */
export async function withReplayParts<T>(
  context: Context,
  tenantId: string,
  act: (parts: ReplayParts, endProgress: () => void) => Promise<T>,
): Promise<T> {
  await context.tenant(tenantId)
  const partition = await context.partitionOf(tenantId)
  return withLogParts(context, partition, (parts, endProgress) => act({ ...parts, tenantId }, endProgress))
}

export async function withLogParts<T>(
  context: Context,
  partition: number,
  act: (parts: LogParts, endProgress: () => void) => Promise<T>,
): Promise<T> {
  const { replaySettings } = await import('@hibob-sync/replay')
  const progress = progressDisplay()
  const interruption = new AbortController()
  const interrupt = () => interruption.abort(interrupted())
  for (const signal of signals) process.once(signal, interrupt)
  try {
    const parts: LogParts = {
      partition,
      client: await context.withKafka(async client => client),
      topics: context.topics(),
      mongo: await context.mongo(),
      config: readConfig(replaySettings, environment()),
      codeVersion: await codeVersionOf(import.meta.resolve('@hibob-sync/domain')),
      by: context.by,
      signal: interruption.signal,
      onProgress: ({ phase, done, total }) =>
        progress.show({ label: phase, done, total, unit: phase === 'comparing' ? 'documents' : 'events' }),
    }
    return await act(parts, progress.end)
  } finally {
    progress.end()
    for (const signal of signals) process.off(signal, interrupt)
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const
const interrupted = () =>
  new AppError('interrupted', 'stopped: a replay goes on from what it has stored when it is run again', {
    retryable: true,
  })

/** Differences as programs get them. */
export const jsonDifferences = ({ count, fields, items }: Comparison) => ({ count, fields, items })

export const counted = (differences: number) => (differences === 1 ? '1 difference' : `${differences} differences`)

/** Counts first, then the first differences. */
export function showDifferences(comparison: Comparison): void {
  const { count, fields, items } = comparison
  say(counted(count))
  printTable(
    ['document and field', 'differences'],
    Object.entries(fields).sort(([, a], [, b]) => b - a),
    '',
  )
  printTable(['what', 'id', 'field', 'live', 'from the log'], items.slice(0, shownMax).map(differenceRow), '')
  if (count > shownMax) say(`The first ${shownMax} of ${count}: --json prints more`)
}

const differenceRow = ({ collection, id, field, from, to }: Difference) => [
  collection,
  id,
  field ?? '(whole)',
  short(from),
  short(to),
]

const valueMax = 40

function short(value: unknown): string | null {
  if (value === null || value === undefined) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > valueMax ? `${text.slice(0, valueMax)}…` : text
}
