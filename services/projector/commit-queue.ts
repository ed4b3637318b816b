// A partition's transactions, one after the other: one is under way, another ready when it ends. One that MongoDB refuses for good, and
// those behind it, which were folded on top of it, are void; the caller takes the refusal and folds again from there.
import type { Batch, LastRecord, Position } from '@hibob-sync/domain'
import { type Commit, type DocumentWrite, writeFaultName, writeFaultOf } from '@hibob-sync/mongo'
import { type CommitContext, commitUntilDone, WritesRefused } from './commit-batch.ts'
import type { Refused } from './narrowing.ts'

export interface NextCommit {
  from: Position
  batch: Batch
  writes: DocumentWrite[]
  /** Events that it completes. */
  events: number
  /** The last record of these; null when it completes none. */
  last: LastRecord | null
  /** See Refused. */
  size: number
  sliced: boolean
  also?: Commit['also']
}

export interface CommitQueueOptions extends Omit<CommitContext, 'isOwned' | 'last' | 'also' | 'mayBeRefused'> {
  onCommitted(next: NextCommit): void
  onRefused(isOwned: () => boolean): void
  /** Ownership was lost while a batch was committed. */
  onLost(error: unknown): void
}

export type CommitQueue = ReturnType<typeof commitQueue>

const aheadMax = 2

export function commitQueue(options: CommitQueueOptions) {
  const { partition, store } = options
  /** Oldest first; a failed one stays, and those behind it fail with it. */
  const committing: Promise<void>[] = []
  let refusal: Refused | null = null

  /** Resolves when the batch has its place in the queue; `placed` is called then. Throws what an earlier one, or making it ready, threw. */
  async function add(next: NextCommit, isOwned: () => boolean, placed: () => void): Promise<void> {
    const { from, batch, last, also } = next
    const mayBeRefused = also === undefined && storesMoreThanNotes(batch)
    const prepared = await store.prepare(partition, from, batch, next.writes).catch(async error => {
      if (!mayBeRefused || writeFaultOf(error) !== 'data') throw error
      await settle()
      throw refuse(next, new WritesRefused(writeFaultName(error)))
    })
    while (committing.length >= aheadMax) await committing[0]
    placed()
    const committed = after(committing.at(-1), async () => {
      try {
        await commitUntilDone({ ...options, isOwned, last, also, mayBeRefused }, from, batch, prepared)
      } catch (error) {
        throw error instanceof WritesRefused ? refuse(next, error) : error
      }
      committing.shift()
      options.onCommitted(next)
    })
    committed.catch(error => (error instanceof WritesRefused ? options.onRefused(isOwned) : options.onLost(error)))
    committing.push(committed)
  }

  function refuse({ from, size, sliced }: NextCommit, error: WritesRefused): WritesRefused {
    refusal = { from, size, sliced, fault: error.fault }
    return error
  }

  /** Resolves when everything is committed; throws when something cannot be. */
  async function settle(): Promise<void> {
    while (committing.length > 0) await committing.at(-1)
  }

  /** Empties the queue after a refusal: everything before it is committed, nothing from it on. null: nothing was refused. */
  async function takeRefusal(): Promise<Refused | null> {
    if (refusal === null) return null
    await Promise.allSettled(committing)
    committing.length = 0
    const taken = refusal
    refusal = null
    return taken
  }

  return { add, settle, takeRefusal, isRefused: () => refusal !== null }
}

/** A batch that only parks, or only moves the position, can be cut no further: it is tried until MongoDB takes it. */
function storesMoreThanNotes({ writes, changes, due }: Batch): boolean {
  return changes.length > 0 || due.length > 0 || Object.values(writes).some(({ size }) => size > 0)
}

async function after(former: Promise<void> | undefined, act: () => Promise<void>): Promise<void> {
  await former
  await act()
}
