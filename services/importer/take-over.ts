// Becoming the owner of a partition: compare-and-set on the checkpoint, and only then a look at where the log ends (protocol P1).
import { type KafkaClient, logEnds } from '@hibob-sync/kafka'
import type { ImporterCheckpoint, ImporterCheckpoints } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
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
  checkLog(checkpoint, log)
  const { owner, takeover, offset } = checkpoint
  parts.owned.take({ partition, owner, takeover, offset, logEnd: log.high })
  return { offset }
}

function checkLog({ partition, offset }: ImporterCheckpoint, log: { low: number; high: number }): void {
  if (offset > log.high) {
    throw new AppError(
      'log_behind_checkpoint',
      `the importer has taken partition ${partition} up to ${offset}, but its log ends at ${log.high}: the log was cut, or restored from an older copy. Restore the log with its offsets, or begin anew with an empty MongoDB database`,
      { retryable: false },
    )
  }
  if (offset < log.low) {
    throw new AppError(
      'log_truncated',
      `the importer has taken partition ${partition} up to ${offset}, but its log begins at ${log.low}: webhooks were deleted before they were taken. Check the topic's retention (hibob-sync topics check) and restore the log`,
      { retryable: false },
    )
  }
}
