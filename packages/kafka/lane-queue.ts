// What waits in one lane, in order, and how much of it goes out with the next send.
import type { AppError } from '@hibob-sync/runtime'
import type { Message } from 'kafkajs'
import type { Refusal } from './send-failure.ts'

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
  /** Of the last record of an append: it is told the record's offset. Of each where they are told one by one. */
  resolve: ((offset: number) => void) | null
  reject(error: AppError, entry: Pending): void
  /** Its place among the records that were appended with it. */
  index: number
  /** A send that held it failed, so it may be stored all the same. */
  tried: boolean
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
  /** A send holds no more bytes until `narrowUntil`: a larger one was refused for its size. */
  narrowBytes: number
  narrowUntil: number
  /** Cause of the last failed send; null after one that succeeded. */
  failed: string | null
  /** When it failed, on the monotonic clock. */
  failedAt: number
  /** Sends that succeeded. */
  acknowledged: number
}

/** Who is told of the last record of an append, of each other one, and of one that is not stored. */
export interface Told {
  last(offset: number): void
  each: ((offset: number) => void) | null
  reject: Pending['reject']
}

const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' }
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
    narrowBytes: Number.POSITIVE_INFINITY,
    narrowUntil: 0,
    failed: null,
    failedAt: 0,
    acknowledged: 0,
  }
}

export const bytesOf = ({ key, value }: LaneRecord): number =>
  overheadBytes + Buffer.byteLength(key) + (value === null ? 0 : Buffer.byteLength(value))

export function queueRecords(
  { queue, partition }: Lane,
  records: readonly LaneRecord[],
  sizes: readonly number[],
  deadline: number,
  { last, each, reject }: Told,
): void {
  for (const [index, { key, value }] of records.entries()) {
    const resolve = index === records.length - 1 ? last : each
    const message = { key, value, partition, headers }
    queue.push({ message, bytes: sizes[index] as number, deadline, resolve, reject, index, tried: false })
  }
}

/** So long a lane keeps its sends small; then it tries twice the size, as the topic may have been changed to take more. */
const narrowMs = 60_000

/**
 * After a send of several records was refused: they go out one by one, so that none is sent a third time. What is refused for its size may be
 * the batch alone, so that later ones are half as large, until the topic takes them.
 */
export function narrowSends(lane: Lane, refused: Refusal, batch: readonly Pending[], now: number): void {
  lane.alone = batch.length
  if (refused !== 'size') return
  lane.narrowBytes = batch.reduce((sum, { bytes }) => sum + bytes, 0) / 2
  lane.narrowUntil = now + narrowMs
}

/** Takes the first records off the queue, up to `sendBytesMax` together, and at least one. */
export function takeSend(lane: Lane, sendBytesMax: number): Pending[] {
  if (lane.alone > 0) {
    lane.alone--
    return lane.queue.splice(0, 1)
  }
  if (lane.narrowBytes < sendBytesMax && lane.startedAt > lane.narrowUntil) {
    lane.narrowBytes *= 2
    lane.narrowUntil = lane.startedAt + narrowMs
  }
  const bytesMax = Math.min(lane.narrowBytes, sendBytesMax)
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
