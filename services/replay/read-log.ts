// A tenant's part of the log: how much there is to fold and from where on, and the folding of it.
import { decodeEvent, type LogRecord } from '@hibob-sync/domain'
import { logEnds, readRange } from '@hibob-sync/kafka'
import type { GenerationFold } from './fold-generation.ts'
import type { LogParts } from './parts.ts'

export interface EventCount {
  /** Events after the last removal. */
  events: number
  /** Of these, the ones below `from`. */
  before: number
  /** Where the fold begins: after the last removal. */
  begin: number
  removed: boolean
}

/** Counts the events of tenants below `to`; `from` gives the position of each. */
export async function countEvents(
  { client, topics, partition, onProgress, signal }: LogParts,
  to: number,
  from: ReadonlyMap<string, number>,
): Promise<Map<string, EventCount>> {
  const counts = new Map([...from.keys()].map(id => [id, { events: 0, before: 0, begin: 0, removed: false }]))
  let done = 0
  for await (const records of readRange(client, topics.events, partition, 0, to, { whole: true })) {
    signal.throwIfAborted()
    for (const record of records) {
      const count = counts.get(record.key)
      if (count === undefined) continue
      done++
      if (isRemoval(record)) Object.assign(count, { events: 0, before: 0, begin: record.offset + 1, removed: true })
      else {
        count.events++
        if (record.offset < (from.get(record.key) ?? 0)) count.before++
      }
    }
    onProgress({ phase: 'counting', done, total: 0 })
  }
  return counts
}

// parsed only where it may be one
function isRemoval(record: LogRecord): boolean {
  if (!record.value?.includes('tenant.removed')) return false
  return decodeEvent(record).event?.type === 'tenant.removed'
}

/** Folds on until everything below `to` is folded, reading the log once for all folds. */
export async function foldThrough(
  { client, topics, partition, signal }: LogParts,
  folds: readonly GenerationFold[],
  to: number,
  onFolded: (events: number) => void = () => {},
): Promise<void> {
  const from = Math.min(...folds.map(fold => fold.position()))
  if (from >= to) return
  for await (const records of readRange(client, topics.events, partition, from, to, { whole: true })) {
    signal.throwIfAborted()
    const through = (records.at(-1)?.offset ?? 0) + 1
    const byTenant = Map.groupBy(records, ({ key }) => key)
    for (const fold of folds) {
      const own = (byTenant.get(fold.scope.tenantId) ?? []).filter(({ offset }) => offset >= fold.position())
      if (through > fold.position()) await fold.fold(own, through)
      onFolded(own.length)
    }
  }
  for (const fold of folds) if (fold.position() < to) await fold.fold([], to)
}

/** The offset that the next event of the partition gets. */
export async function logEnd({ client, topics, partition }: LogParts): Promise<number> {
  return (await logEnds(client, topics.events)).get(partition)?.high ?? 0
}
