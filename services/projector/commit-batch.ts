// One batch's transaction, repeated until it is known to have happened once. Faults of MongoDB never park and never skip: the service waits.
import { setTimeout as delay } from 'node:timers/promises'
import type { Batch, Position } from '@hibob-sync/domain'
import type { DocumentWrite, ProjectionStore, ProjectorCheckpoint, ProjectorCheckpoints } from '@hibob-sync/mongo'
import { AppError, type Logger } from '@hibob-sync/runtime'
import type { Publisher } from './publisher.ts'

interface CommitContext {
  partition: number
  checkpoint: ProjectorCheckpoint
  store: ProjectionStore
  checkpoints: ProjectorCheckpoints
  publisher: Publisher
  logger: Logger
  isOwned(): boolean
}

const backoffMaxMs = 5000

/** Throws AppError `ownership_lost` when another projector owns the partition, or the consumer has lost it. */
export async function commitUntilDone(
  context: CommitContext,
  from: Position,
  batch: Batch,
  writes: DocumentWrite[],
): Promise<void> {
  const { partition, checkpoint, publisher, logger } = context
  for (let attempt = 0; ; attempt++) {
    if (!context.isOwned()) throw lost(partition)
    const published = publisher.published()
    try {
      await context.store.commit({ partition, owner: checkpoint.owner, from, batch, writes, published })
      if (published !== null) publisher.markNoted(published)
      return
    } catch (error) {
      if (error instanceof AppError && error.code === 'ownership_lost') {
        if (attempt > 0 && (await committedBefore(context, batch.next))) return
        throw error
      }
      logger.warn(
        { partition, offset: from.offset, attempt, code: codeOf(error) },
        'MongoDB did not take the batch, trying again',
      )
      await delay(Math.min(100 * 2 ** attempt, backoffMaxMs))
    }
  }
}

/** A commit whose answer was lost may have happened: then the checkpoint stands where it would have put it, under our ownership. */
async function committedBefore(
  { checkpoints, checkpoint, partition }: CommitContext,
  next: Position,
): Promise<boolean> {
  const stored = await checkpoints.load(partition)
  return (
    stored !== null &&
    stored.owner === checkpoint.owner &&
    stored.position.offset === next.offset &&
    stored.position.step === next.step
  )
}

const lost = (partition: number) =>
  new AppError('ownership_lost', `partition ${partition} was lost to a rebalance`, { retryable: false })

const codeOf = (error: unknown) => (error instanceof Error ? error.name : 'unknown')
