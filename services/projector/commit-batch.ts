// One batch's transaction, repeated until it is known to have happened once. While MongoDB is away the service waits: nothing is parked
// and nothing skipped. Only what MongoDB refuses again and again, while it takes other writes, is given back as refused.
import { setTimeout as delay } from 'node:timers/promises'
import type { Batch, LastRecord, Position } from '@hibob-sync/domain'
import {
  type Commit,
  type PreparedWrites,
  type ProjectionStore,
  type ProjectorCheckpoint,
  type ProjectorCheckpoints,
  writeFaultName,
  writeFaultOf,
} from '@hibob-sync/mongo'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import type { Publisher } from './publisher.ts'

export interface CommitContext {
  partition: number
  checkpoint: ProjectorCheckpoint
  store: ProjectionStore
  checkpoints: ProjectorCheckpoints
  /** The owner's. */
  session: Commit['session']
  publisher: Publisher
  logger: Logger
  isOwned(): boolean
  last?: LastRecord | null
  also?: Commit['also']
  /** False: the batch cannot be cut or parked, and is tried until MongoDB takes it. */
  mayBeRefused?: boolean
}

const backoffMaxMs = 5000
/** MongoDB is there and answers: nothing is to be waited for long. */
const refusedBackoffMs = 20
const backoffMs = 100
/** The same refusal, so often without another fault between: of a kind that the data explain, and of any other. */
const refusalsMax = { data: 3, unknown: 12 } as const

/** What MongoDB does not take, whenever it is tried: `fault` is its class and code. */
export class WritesRefused extends Error {
  readonly fault: string

  constructor(fault: string) {
    super(`MongoDB refused what was to be stored: ${fault}`)
    this.fault = fault
  }
}

/**
 * Throws AppError `ownership_lost` when another projector owns the partition, and `partition_released` when the group took it away:
 * then the next take-over goes on from what was committed. Throws WritesRefused.
 */
export async function commitUntilDone(
  context: CommitContext,
  from: Position,
  batch: Batch,
  writes: PreparedWrites,
): Promise<void> {
  const { partition, logger } = context
  const isRefused = countRefusals(context)
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
      if (await isRefused(error)) throw new WritesRefused(writeFaultName(error))
      const first = writeFaultOf(error) === 'data' ? refusedBackoffMs : backoffMs
      await delay(Math.min(first * 2 ** attempt, backoffMaxMs))
    }
  }
}

/** Whether an error is one more of the same that does not pass. */
function countRefusals({ store, mayBeRefused = true }: CommitContext): (error: unknown) => Promise<boolean> {
  let last = ''
  let count = 0
  return async error => {
    const fault = writeFaultOf(error)
    if (!mayBeRefused || fault === 'passes') {
      count = 0
      return false
    }
    const name = writeFaultName(error)
    count = name === last ? count + 1 : 1
    last = name
    if (count < refusalsMax[fault]) return false
    return fault === 'data' || (await store.takesOthers())
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
  const { partition, checkpoint, publisher, store, session, last, also } = context
  const published = publisher.takeAlong()
  try {
    await store.commit({ partition, owner: checkpoint.owner, from, batch, last, writes, published, session, also })
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
