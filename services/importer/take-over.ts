// Becoming the owner of a partition: compare-and-set on the checkpoint, and only then a look at where the log ends (protocol P1).
import { checkLog, comparable, type KafkaClient, logEnds, type TakenOver } from '@hibob-sync/kafka'
import type { ImporterCheckpoints, Imports, ListSchedule, PendingReads } from '@hibob-sync/mongo'
import { pausedMs } from './import-loop.ts'
import type { OwnedPartitions } from './owned-partitions.ts'
import { steadyNow } from './steady-clock.ts'

export interface TakeOverParts {
  client: KafkaClient
  clusterId: string
  topic: string
  checkpoints: ImporterCheckpoints
  owned: OwnedPartitions
  pending: PendingReads
  lists: ListSchedule
  imports: Imports
  settlingMs: number
  listsEveryMs: number
}

/** Throws AppError `other_cluster`, `log_behind_checkpoint` or `log_truncated` when the log is not the one that was taken before. */
export async function takeOver(parts: TakeOverParts, partition: number): Promise<TakenOver> {
  const checkpoint = await parts.checkpoints.takeOver(partition, parts.clusterId)
  const log = (await logEnds(parts.client, parts.topic)).get(partition) ?? { low: 0, high: 0 }
  const { owner, takeover, offset } = checkpoint
  checkLog({ partition, offset, done: 'taken' }, log)
  await bringForward(parts, partition)
  parts.owned.take({ partition, owner, takeover, offset, logEnd: log.high })
  return { offset, last: comparable(checkpoint.last, log) }
}

/** What a former owner's clock set for later is due no later than this one's would have set it. */
async function bringForward(parts: TakeOverParts, partition: number): Promise<void> {
  const now = steadyNow()
  await parts.pending.dueWithin(partition, now, parts.settlingMs)
  await parts.lists.dueWithin(partition, now + parts.listsEveryMs)
  await parts.imports.dueWithin(partition, now + pausedMs)
}
