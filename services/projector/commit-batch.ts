// One batch's transaction, repeated until it is known to have happened once. Faults of MongoDB never park and never skip: the service waits.
import { setTimeout as delay } from 'node:timers/promises'
import type { Batch, Position } from '@hibob-sync/domain'
import type {
  Commit,
  PreparedWrites,
  ProjectionStore,
  ProjectorCheckpoint,
  ProjectorCheckpoints,
} from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import type { Publisher } from './publisher.ts'

interface CommitContext {
  partition: number
  checkpoint: ProjectorCheckpoint
  store: ProjectionStore
  checkpoints: ProjectorCheckpoints
  /** The owner's. */
  session: Commit['session']
  publisher: Publisher
  logger: Logger
  isOwned(): boolean
  also?: Commit['also']
}

const backoffMaxMs = 5000

/**
 * Throws AppError `ownership_lost` when another projector owns the partition, and `partition_released` when the group took it away:
 * then the next take-over goes on from what was committed.
 */
export async function commitUntilDone(
  context: CommitContext,
  from: Position,
  batch: Batch,
  writes: PreparedWrites,
): Promise<void> {
  const { partition, logger } = context
  for (let attempt = 0; ; attempt++) {
    if (!context.isOwned()) throw released(partition)
    try {
      return await commitOnce(context, from, batch, writes, attempt > 0)
    } catch (error) {
      if (error instanceof AppError && error.code === 'ownership_lost') throw error
      sparing(logger).warn(
        { partition, offset: from.offset, attempt, code: errorCode(error) },
        'MongoDB did not take the batch, trying again',
      )
      await delay(Math.min(100 * 2 ** attempt, backoffMaxMs))
    }
  }
}

/** `again`: an earlier try may have happened, its answer lost; then the checkpoint stands where it would have put it. */
async function commitOnce(
  context: CommitContext,
  from: Position,
  batch: Batch,
  writes: PreparedWrites,
  again: boolean,
): Promise<void> {
  const { partition, checkpoint, publisher, store, session, also } = context
  const published = publisher.takeAlong()
  try {
    await store.commit({ partition, owner: checkpoint.owner, from, batch, writes, published, session, also })
  } catch (error) {
    const refused = error instanceof AppError && error.code === 'ownership_lost'
    if (!refused || !again || !(await standsAt(context, batch.next))) throw error
    return
  }
  if (published !== null) publisher.markNoted(published)
}

async function standsAt({ checkpoints, checkpoint, partition }: CommitContext, next: Position): Promise<boolean> {
  const stored = await checkpoints.load(partition)
  return (
    stored !== null &&
    stored.owner === checkpoint.owner &&
    stored.position.offset === next.offset &&
    stored.position.step === next.step
  )
}

const released = (partition: number) =>
  new AppError('partition_released', `partition ${partition} was taken away by a rebalance`, { retryable: false })
