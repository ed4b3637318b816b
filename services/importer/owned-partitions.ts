// What the importer knows of each partition that it has taken over, and the asOf of each request it begins there (protocol P1).
// Requests begin only for partitions that are owned and read up to the log end seen at the take-over (protocol P4).
import type { AsOf } from '@hibob-sync/domain'
import type { SettledOffsets } from './settled-offsets.ts'

export interface TakeOver {
  partition: number
  owner: string
  takeover: number
  /** The next offset to handle. */
  offset: number
  /** The log's end at the take-over: the offset that the next record gets. */
  logEnd: number
}

export interface OwnedPartition extends TakeOver {
  requests: number
}

export type OwnedPartitions = ReturnType<typeof ownedPartitions>

export interface BegunRequest {
  asOf: AsOf
  owner: string
  /** Whoever's newest webhook is at this offset or before it is read as they are now. */
  settledThrough: number
}

export function ownedPartitions(settled: SettledOffsets) {
  const owned = new Map<number, OwnedPartition>()

  const isReadUp = (partition: number) => {
    const own = owned.get(partition)
    return own !== undefined && own.offset >= own.logEnd
  }

  return {
    get: (partition: number) => owned.get(partition),
    take(taken: TakeOver) {
      owned.set(taken.partition, { ...taken, requests: 0 })
      settled.taken(taken.partition, taken.offset - 1)
    },
    release(partitions: readonly number[]) {
      for (const partition of partitions) owned.delete(partition)
    },
    /** The checkpoint stands at `offset` now, durably; what is before it was taken from the log at `takenAt`. */
    moved(partition: number, owner: string, offset: number, takenAt: number) {
      const own = owned.get(partition)
      if (own?.owner !== owner) return
      own.offset = offset
      settled.taken(partition, offset - 1, takenAt)
    },
    /** Those for whose tenants requests may begin. */
    readUp: () => [...owned.keys()].filter(isReadUp),
    isReadUp,
    /** How long until a reading counts as settled for the webhook at `offset`, in ms. */
    settlesInMs: settled.waitMs,
    /** The last offset durably handled; -1 before the first. */
    position: (partition: number) => (owned.get(partition)?.offset ?? 0) - 1,
    /** A request begins now. Null when the partition may not be read for. */
    beginRequest(partition: number): BegunRequest | null {
      const own = owned.get(partition)
      if (own === undefined || own.offset < own.logEnd) return null
      own.requests++
      const asOf = { offset: Math.max(0, own.offset - 1), takeover: own.takeover, request: own.requests }
      return { asOf, owner: own.owner, settledThrough: settled.through(partition) }
    },
  }
}
