// What waits in one lane, and how much of it goes out with the next send.
import type { AppError } from '@hibob-sync/runtime'
import type { Message } from 'kafkajs'

export interface LaneRecord {
  key: string
  value: string | Buffer | null
}

export interface LogPosition {
  partition: number
  offset: number
}

export interface Pending {
  message: Message
  bytes: number
  /** On the monotonic clock, in ms. */
  deadline: number
  /** Of the last record of an append: it is told the record's offset. */
  resolve: ((offset: number) => void) | null
  reject(error: AppError): void
}

export interface Lane {
  topic: string
  partition: number
  queue: Pending[]
  inFlight: Pending[]
  sending: boolean
  offered: boolean
  /** Code of the last failed send; null after one that succeeded. */
  failed: string | null
  push(
    records: readonly LaneRecord[],
    headers: Message['headers'],
    deadline: number,
    resolve: (offset: number) => void,
    reject: (error: AppError) => void,
  ): { count: number; bytes: number }
  drop(pushed: { count: number }): void
}

/** Per record in a record batch: length, attributes, deltas, header count and the header that every record has. */
const overheadBytes = 90

export function newLane(topic: string, partition: number): Lane {
  const lane: Lane = {
    topic,
    partition,
    queue: [],
    inFlight: [],
    sending: false,
    offered: false,
    failed: null,
    push(records, headers, deadline, resolve, reject) {
      let bytes = 0
      for (const [index, { key, value }] of records.entries()) {
        const size = overheadBytes + key.length + (value === null ? 0 : Buffer.byteLength(value))
        bytes += size
        lane.queue.push({
          message: { key, value, partition, ...(headers === undefined ? {} : { headers }) },
          bytes: size,
          deadline,
          resolve: index === records.length - 1 ? resolve : null,
          reject,
        })
      }
      return { count: records.length, bytes }
    },
    drop({ count }) {
      lane.queue.length -= count
    },
  }
  return lane
}

/** Takes the first records off the queue, up to `bytesMax` together, and at least one. */
export function takeSend(lane: Lane, bytesMax: number): Pending[] {
  let bytes = 0
  let count = 0
  for (const entry of lane.queue) {
    if (count > 0 && bytes + entry.bytes > bytesMax) break
    bytes += entry.bytes
    count++
  }
  return count === lane.queue.length ? lane.queue.splice(0) : lane.queue.splice(0, count)
}
