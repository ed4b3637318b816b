// Becoming the owner of a partition: compare-and-set on the checkpoint, and only then a look at where the log ends (protocol P1).
import { checkLog, type KafkaClient, logEnds } from '@hibob-sync/kafka'
import type { ImporterCheckpoints } from '@hibob-sync/mongo'
import type { OwnedPartitions } from './owned-partitions.ts'

export interface TakeOverParts {
  client: KafkaClient
  clusterId: string
  topic: string
  checkpoints: ImporterCheckpoints
  owned: OwnedPartitions
}

/** Throws AppError `other_cluster`, `log_behind_checkpoint` or `log_truncated` when the log is not the one that was taken before. */
export async function takeOver(parts: TakeOverParts, partition: number): Promise<{ offset: number }> {
  const checkpoint = await parts.checkpoints.takeOver(partition, parts.clusterId)
  const log = (await logEnds(parts.client, parts.topic)).get(partition) ?? { low: 0, high: 0 }
  const { owner, takeover, offset } = checkpoint
  checkLog({ partition, offset, done: 'taken' }, log)
  parts.owned.take({ partition, owner, takeover, offset, logEnd: log.high })
  return { offset }
}
