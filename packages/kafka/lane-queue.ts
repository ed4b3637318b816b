// What waits in one lane, in order, and how much of it goes out with the next send.
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
  /** On the monotonic clock, in ms. Never earlier than that of the record before it in the lane. */
  deadline: number
  /** Of the last record of an append: it is told the record's offset. */
  resolve: ((offset: number) => void) | null
  reject(error: AppError): void
}

export interface Lane {
  topic: string
  partition: number
  queue: Pending[]
  inFlight: readonly Pending[]
  sending: boolean
  /** When the present send began; it takes one of the places for concurrent sends while `holdsPlace`. */
  startedAt: number
  holdsPlace: boolean
  offered: boolean
  /** So many of the next records go out one by one: a send that held them was refused. */
  alone: number
  /** Cause of the last failed send; null after one that succeeded. */
  failed: string | null
  /** When it failed, on the monotonic clock. */
  failedAt: number
  /** Sends that succeeded. */
  acknowledged: number
}

/** Per record in a record batch: length, attributes, deltas, header count and the header that every record has. */
const overheadBytes = 90

export function newLane(topic: string, partition: number): Lane {
  return {
    topic,
    partition,
    queue: [],
    inFlight: [],
    sending: false,
    startedAt: 0,
    holdsPlace: false,
    offered: false,
    alone: 0,
    failed: null,
    failedAt: 0,
    acknowledged: 0,
  }
}

export const bytesOf = ({ key, value }: LaneRecord): number =>
  overheadBytes + Buffer.byteLength(key) + (value === null ? 0 : Buffer.byteLength(value))

/** Takes the first records off the queue, up to `bytesMax` together, and at least one. */
export function takeSend(lane: Lane, bytesMax: number): Pending[] {
  if (lane.alone > 0) {
    lane.alone--
    return lane.queue.splice(0, 1)
  }
  let bytes = 0
  let count = 0
  for (const entry of lane.queue) {
    if (count > 0 && bytes + entry.bytes > bytesMax) break
    bytes += entry.bytes
    count++
  }
  return count === lane.queue.length ? lane.queue.splice(0) : lane.queue.splice(0, count)
}

/** Takes off the queue what is past its deadline. */
export function takeLate(lane: Lane, now: number): Pending[] {
  let count = 0
  while (count < lane.queue.length && (lane.queue[count] as Pending).deadline <= now) count++
  return count === 0 ? [] : lane.queue.splice(0, count)
}
