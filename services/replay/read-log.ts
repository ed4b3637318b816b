// A tenant's part of the log: how much there is to fold and from where on, and the folding of it.
import { decodeEvent, type LogRecord } from '@hibob-sync/domain'
import { logEnds, readRange } from '@hibob-sync/kafka'
import type { GenerationFold } from './fold-generation.ts'
import type { ReplayParts } from './parts.ts'

export interface EventCount {
  /** Events after the last removal. */
  events: number
  /** Of these, the ones below `from`. */
  before: number
  /** Where the fold begins: after the last removal. */
  begin: number
  removed: boolean
}

/** Counts the tenant's events below `to`. */
export async function countEvents(parts: ReplayParts, to: number, from: number): Promise<EventCount> {
  const { tenantId, client, topics, partition, onProgress } = parts
  const count: EventCount = { events: 0, before: 0, begin: 0, removed: false }
  for await (const records of readRange(client, topics.events, partition, 0, to)) {
    for (const record of records) {
      if (record.key !== tenantId) continue
      if (isRemoval(record)) Object.assign(count, { events: 0, before: 0, begin: record.offset + 1, removed: true })
      else {
        count.events++
        if (record.offset < from) count.before++
      }
    }
    onProgress({ phase: 'counting', done: count.events, total: 0 })
  }
  return count
}

// parsed only where it may be one
function isRemoval(record: LogRecord): boolean {
  if (!record.value?.includes('tenant.removed')) return false
  return decodeEvent(record).event?.type === 'tenant.removed'
}

/** Folds on until everything below `to` is folded. */
export async function foldThrough(
  { tenantId, client, topics, partition }: ReplayParts,
  fold: GenerationFold,
  to: number,
  onFolded: (events: number) => void = () => {},
): Promise<void> {
  if (fold.position() >= to) return
  for await (const records of readRange(client, topics.events, partition, fold.position(), to)) {
    const own = records.filter(({ key }) => key === tenantId)
    await fold.fold(own, (records.at(-1)?.offset ?? 0) + 1)
    onFolded(own.length)
  }
  await fold.fold([], to)
}

/** The offset that the next event of the partition gets. */
export async function logEnd({ client, topics, partition }: ReplayParts): Promise<number> {
  return (await logEnds(client, topics.events)).get(partition)?.high ?? 0
}
