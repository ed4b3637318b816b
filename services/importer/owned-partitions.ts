// What the importer knows of each partition that it has taken over, and the asOf of each request it begins there (protocol P1).
// Requests begin only for partitions that are owned and read up to the log end seen at the take-over (protocol P4).
import type { AsOf } from '@hibob-sync/domain'

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

export function ownedPartitions() {
  const owned = new Map<number, OwnedPartition>()

  const isReadUp = (partition: number) => {
    const own = owned.get(partition)
    return own !== undefined && own.offset >= own.logEnd
  }

  return {
    get: (partition: number) => owned.get(partition),
    take: (taken: TakeOver) => void owned.set(taken.partition, { ...taken, requests: 0 }),
    release(partitions: readonly number[]) {
      for (const partition of partitions) owned.delete(partition)
    },
    /** The checkpoint stands at `offset` now, durably. */
    moved(partition: number, owner: string, offset: number) {
      const own = owned.get(partition)
      if (own?.owner === owner) own.offset = offset
    },
    /** Those for whose tenants requests may begin. */
    readUp: () => [...owned.keys()].filter(isReadUp),
    isReadUp,
    /** The last offset durably handled; -1 before the first. */
    position: (partition: number) => (owned.get(partition)?.offset ?? 0) - 1,
    /** A request begins now. Null when the partition may not be read for. */
    beginRequest(partition: number): { asOf: AsOf; owner: string } | null {
      const own = owned.get(partition)
      if (own === undefined || own.offset < own.logEnd) return null
      own.requests++
      const asOf = { offset: Math.max(0, own.offset - 1), takeover: own.takeover, request: own.requests }
      return { asOf, owner: own.owner }
    },
  }
}
