// Keeps a partition's records until they are committed. When MongoDB refused a batch, everything from it on is folded again: by the call
// that is under way, or by itself where the log has nothing new.
import { setTimeout as delay } from 'node:timers/promises'
import type { LogRecord } from '@hibob-sync/domain'
import { errorCode, type Logger } from '@hibob-sync/runtime'
import { WritesRefused } from './commit-batch.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { Refused } from './narrowing.ts'

export interface FoldAgainOptions {
  partition: number
  queue: Pick<CommitQueue, 'isRefused' | 'takeRefusal' | 'settle'>
  logger: Logger
  /** Where folding goes on: what is folded, committed or not, lies before it. */
  position(): { offset: number }
  /** Forgets what was not committed: the position is the refused batch's again. */
  goBack(refusal: Refused): void
  /** Folds records from the position on. */
  foldAhead(records: readonly LogRecord[], isOwned: () => boolean): Promise<void>
}

const backoffMaxMs = 5000

export function foldAgain(options: FoldAgainOptions) {
  const { partition, queue, logger, position } = options
  let uncommitted: LogRecord[] = []
  let folding: Promise<unknown> = Promise.resolve()
  let resuming: Promise<void> | null = null

  /** Records in log order; those that are known already are passed over. Resolves with the offset where folding goes on. */
  function fold(records: readonly LogRecord[], isOwned: () => boolean): Promise<number> {
    const folded = folding.then(() => foldAll(records, isOwned))
    folding = folded.catch(() => {})
    return folded
  }

  async function foldAll(records: readonly LogRecord[], isOwned: () => boolean): Promise<number> {
    const known = uncommitted.at(-1)?.offset ?? position().offset - 1
    for (const record of records) if (record.offset > known) uncommitted.push(record)
    do {
      const refusal = await queue.takeRefusal()
      if (refusal !== null) options.goBack(refusal)
      const ahead = uncommitted.filter(({ offset }) => offset >= position().offset)
      await options.foldAhead(ahead, isOwned).catch(error => {
        if (!(error instanceof WritesRefused)) throw error
      })
    } while (queue.isRefused() && isOwned())
    return position().offset
  }

  /** The refused stretch may have been the last one for now. */
  function refused(isOwned: () => boolean): void {
    resuming ??= resume(isOwned).finally(() => {
      resuming = null
    })
  }

  async function resume(isOwned: () => boolean): Promise<void> {
    for (let attempt = 0; queue.isRefused() && isOwned(); attempt++) {
      await fold([], isOwned).catch(error =>
        logger.warn({ partition, attempt, code: errorCode(error) }, 'not folded again yet'),
      )
      if (queue.isRefused()) await delay(Math.min(100 * 2 ** attempt, backoffMaxMs))
    }
  }

  /** Everything below the offset is committed. */
  function committed(through: number): void {
    const first = uncommitted.findIndex(({ offset }) => offset >= through)
    uncommitted = first === -1 ? [] : uncommitted.slice(first)
  }

  /** Resolves when what was folded is committed; throws when ownership was lost before it could be. */
  async function settle(): Promise<void> {
    for (;;) {
      try {
        return await queue.settle()
      } catch (error) {
        if (!(error instanceof WritesRefused) || resuming === null) throw error
        await resuming
      }
    }
  }

  return { fold, refused, committed, settle }
}
