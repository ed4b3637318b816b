// Which partitions this member may act for. Each time the group is joined begins a new epoch: what belongs to an older one (a take-over
// under way, a batch being handled) is dropped. A partition's take-overs never run at the same time.
import type { LastRecord } from '@hibob-sync/domain'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import { backoff } from './backoff.ts'
import { resumeAt } from './continuity.ts'

export interface TakenOver {
  /** The next offset to handle. */
  offset: number
  /** The last record that was handled: reading begins with it, to see that this is the log in which it was. */
  last?: LastRecord | null | undefined
}

export interface OwnershipOptions {
  logger: Logger
  takeOver(partition: number): Promise<TakenOver>
  released(partitions: number[]): void
  onCrash(error: Error): void
}

export interface Position {
  position: number
  highWatermark: number
}

interface OwnedPosition extends Position {
  last: LastRecord | null
  compared: boolean
}

export type Ownership = ReturnType<typeof partitionOwnership>

export function partitionOwnership({ logger, takeOver, released, onCrash }: OwnershipOptions) {
  let epoch = 0
  let joined = false
  const assigned = new Set<number>()
  const owned = new Map<number, OwnedPosition>()
  const takeOvers = new Map<number, Promise<void>>()
  /** Take-overs that have not come to an end, by partition. */
  const taking = new Map<number, number>()

  /** Everything that was assigned is lost from now on, taken over or not. */
  function release(): void {
    epoch++
    joined = false
    const lost = [...assigned]
    assigned.clear()
    owned.clear()
    if (lost.length > 0) released(lost)
  }

  /** `begin` lets records of the partition come from `offset` on. */
  function assign(partitions: readonly number[], begin: (partition: number, offset: number) => void): void {
    release()
    joined = true
    for (const partition of partitions) {
      assigned.add(partition)
      const former = takeOvers.get(partition) ?? Promise.resolve()
      const epochOfTake = epoch
      taking.set(partition, epochOfTake)
      takeOvers.set(
        partition,
        former
          .then(() => take(partition, epochOfTake, begin))
          .finally(() => taking.get(partition) === epochOfTake && taking.delete(partition)),
      )
    }
  }

  async function take(
    partition: number,
    epochOfTake: number,
    begin: (partition: number, offset: number) => void,
  ): Promise<void> {
    for (let attempt = 0; epochOfTake === epoch; attempt++) {
      try {
        const { offset: position, last = null } = await takeOver(partition)
        // the caller has just made itself the owner of what it had lost meanwhile
        if (epochOfTake !== epoch) return released([partition])
        begin(partition, resumeAt({ position, last }))
        owned.set(partition, { position, highWatermark: position, last, compared: false })
        return
      } catch (error) {
        if (epochOfTake !== epoch) return released([partition])
        if (error instanceof AppError && !error.retryable) return onCrash(error)
        sparing(logger).warn({ partition, attempt, code: errorCode(error) }, 'partition not taken over yet')
        await backoff(attempt)
      }
    }
  }

  return {
    assign,
    release,
    epoch: () => epoch,
    /** Whether the group's last assignment is known and nothing was lost since. */
    isJoined: () => joined,
    assigned: () => [...assigned].sort((a, b) => a - b),
    owned: () => [...owned.keys()].sort((a, b) => a - b),
    /** Those whose take-over is under way, also one of a former assignment. */
    taking: () => [...taking.keys()],
    isOwned: (partition: number) => owned.has(partition),
    position: (partition: number) => owned.get(partition)?.position,
    reached: (partition: number) => owned.get(partition),
    move: (partition: number, to: OwnedPosition) => void owned.set(partition, to),
    positions: () =>
      new Map<number, Position>(
        [...owned].map(([partition, { position, highWatermark }]) => [partition, { position, highWatermark }]),
      ),
  }
}
