// Nothing is built from a log whose beginning is gone, or that is not the one that the live read models were folded from: all that
// it lacks would be missing in what readers are switched to.
import { comparable, logEnds, requireReached, requireRecord, requireWhole } from '@hibob-sync/kafka'
import { projectorCheckpoints } from '@hibob-sync/mongo'
import type { LogParts } from './parts.ts'

/** Throws AppError `log_truncated`, `log_behind_checkpoint` or `log_replaced`. */
export async function requireWholeLog({
  client,
  topics,
  partition,
  mongo,
}: Pick<LogParts, 'client' | 'topics' | 'partition' | 'mongo'>): Promise<void> {
  const checkpoint = await projectorCheckpoints(mongo).load(partition)
  const ends = await logEnds(client, topics.events)
  const log = ends.get(partition) ?? { low: 0, high: 0 }
  requireWhole(topics.events, partition, 0, log)
  if (checkpoint === null) return
  requireReached([{ partition, offset: checkpoint.position.offset, done: 'folded' }], ends)
  const last = comparable(checkpoint.last, log)
  if (last !== null) await requireRecord(client, topics.events, partition, last)
}
