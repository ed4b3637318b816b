// A lane is the queue of sends to one topic-partition: one outstanding send of at most `sendBytesMax`, in order, repeated within the
// deadline of its records. A send never spans partitions, and its answer must name the partition, or it has failed.
// A record is reported failed only when no send of it is under way any more: the connection is closed before.
import { AppError } from '@hibob-sync/runtime'
import type { KafkaClient } from './client.ts'
import { doingOfLanes } from './lane-doing.ts'
import { type AppendedEach, eachOutcome } from './lane-outcomes.ts'
import { connectProducer, type LaneProducer, type LogClock } from './lane-producer.ts'
import {
  bytesOf,
  type Lane,
  type LaneRecord,
  type LogPosition,
  narrowSends,
  newLane,
  type Pending,
  queueRecords,
  type Told,
  takeLate,
  takeSend,
} from './lane-queue.ts'
import { laneRoom } from './lane-room.ts'
import { sendFailureOf } from './send-failure.ts'

export type { AppendedEach } from './lane-outcomes.ts'
export type { LaneRecord, LogPosition } from './lane-queue.ts'

export interface LanesOptions {
  sendBytesMax?: number
  /** Bytes that may wait in all lanes together; more is refused with `log_overloaded`, or waits for room (`appendEach`). */
  queueBytesMax?: number
  /** How long a record may take from `append` to the broker's acknowledgement, in ms. */
  deadlineMs?: number
  /** How long one send may take, in ms. */
  sendTimeoutMs?: number
  /** Sends that may begin while others are under way: fewer make larger sends when there are many lanes. Slow sends do not count. */
  concurrentSendsMax?: number
  /** No send starts while this is false (protocol P6). */
  mayStart?: () => boolean
  /** Called with each acknowledgement that says the broker's time. */
  onClock?: (clock: LogClock) => void
}

export interface LaneStats {
  sends: number
  records: number
  bytes: number
  queuedBytes: number
  failures: number
}

export type Lanes = ReturnType<typeof lanesOver>

const sweepMs = 50
const retryMs = 50
/** A send that takes longer gives its place up: neither a slow nor a silent broker keeps the other lanes waiting. */
const placeMs = 2
const silentMs = 250
const hopelessMs = 500

const sendTimeoutDefaultMs = 5000

export async function createLanes(client: KafkaClient, options: LanesOptions = {}): Promise<Lanes> {
  const { sendTimeoutMs = sendTimeoutDefaultMs, onClock } = options
  return lanesOver(await connectProducer(client, sendTimeoutMs, onClock), options)
}

export function lanesOver(producer: LaneProducer, options: Omit<LanesOptions, 'sendTimeoutMs'> = {}) {
  const { sendBytesMax = 512 * 1024, queueBytesMax = 64 * 1024 * 1024, deadlineMs = 30_000 } = options
  const { concurrentSendsMax = Number.POSITIVE_INFINITY, mayStart = () => true } = options
  const room = laneRoom(queueBytesMax)
  const lanes: Lane[] = []
  const byTopic = new Map<string, Lane[]>()
  const ready: Lane[] = []
  const stats = { sends: 0, records: 0, bytes: 0, failures: 0 }
  let placesTaken = 0
  let stopped = false
  let scheduled = false
  let placeTimer: NodeJS.Timeout | null = null
  const sweeper = setInterval(sweep, sweepMs)

  /** Rejects with AppError `log_overloaded`, `log_deadline` or `log_unavailable` (all retryable), or `log_refused` (not). */
  function append(topic: string, partition: number, record: LaneRecord): Promise<LogPosition> {
    return new Promise((resolve, reject) =>
      enqueue(topic, partition, [record], offset => resolve({ partition, offset }), reject),
    )
  }

  /** Appends records in order; resolves with the last one's offset when all of them are acknowledged. They may span several sends. */
  async function appendAll(topic: string, partition: number, records: readonly LaneRecord[]): Promise<number | null> {
    if (records.length === 0) return null
    return new Promise<number>((resolve, reject) => enqueue(topic, partition, records, resolve, reject))
  }

  /**
   * Appends records in order, as many as they are, and resolves with what became of each; it never rejects. They wait for room among what is
   * queued. `goesOn` is asked when there is room: where it is false nothing is sent.
   */
  async function appendEach(
    topic: string,
    partition: number,
    records: readonly LaneRecord[],
    goesOn: () => boolean = () => true,
  ): Promise<AppendedEach> {
    const sizes = records.map(bytesOf)
    const bytes = sum(sizes)
    await room.wait(bytes)
    const outcome = eachOutcome(records.length)
    if (!stopped && goesOn())
      queue(topic, partition, records, sizes, { last: outcome.stored, each: outcome.stored, reject: outcome.failed })
    else {
      room.free(bytes)
      outcome.none()
    }
    return outcome.all
  }

  function enqueue(
    topic: string,
    partition: number,
    records: readonly LaneRecord[],
    resolve: (offset: number) => void,
    reject: (error: AppError) => void,
  ): void {
    if (stopped) return reject(failure('log_unavailable', 'the service is stopping: send it again'))
    const sizes = records.map(bytesOf)
    if (!room.take(sum(sizes)))
      return reject(failure('log_overloaded', 'more waits for Kafka than may wait: send it again later'))
    queue(topic, partition, records, sizes, { last: resolve, each: null, reject })
  }

  function queue(topic: string, partition: number, records: readonly LaneRecord[], sizes: number[], told: Told): void {
    const lane = laneOf(topic, partition)
    queueRecords(lane, records, sizes, performance.now() + deadlineMs, told)
    offer(lane)
  }

  function laneOf(topic: string, partition: number): Lane {
    const ofTopic = byTopic.get(topic)
    const known = ofTopic?.[partition]
    if (known !== undefined) return known
    const lane = newLane(topic, partition)
    lanes.push(lane)
    if (ofTopic === undefined) byTopic.set(topic, Object.assign([], { [partition]: lane }))
    else ofTopic[partition] = lane
    return lane
  }

  function offer(lane: Lane): void {
    if (!lane.offered && !lane.sending && lane.queue.length > 0) {
      lane.offered = true
      ready.push(lane)
    }
    // what arrives within this turn of the event loop goes out together
    if (!scheduled && ready.length > 0) {
      scheduled = true
      setImmediate(startSends)
    }
  }

  function startSends(): void {
    scheduled = false
    if (ready.length === 0) return
    if (!mayStart()) {
      scheduled = true
      setTimeout(startSends, retryMs)
      return
    }
    while (ready.length > 0 && placesTaken < concurrentSendsMax) {
      const lane = ready.shift() as Lane
      lane.offered = false
      if (lane.queue.length > 0) void send(lane)
    }
    if (ready.length > 0 && placeTimer === null) placeTimer = setTimeout(freePlaces, placeMs)
  }

  function freePlaces(): void {
    placeTimer = null
    const before = performance.now() - placeMs
    for (const lane of lanes) if (lane.startedAt <= before) givePlaceUp(lane)
    if (!scheduled) startSends()
  }

  async function send(lane: Lane): Promise<void> {
    lane.sending = true
    lane.startedAt = performance.now()
    lane.holdsPlace = true
    placesTaken++
    const batch = takeSend(lane, sendBytesMax)
    lane.inFlight = batch
    try {
      const messages = batch.map(entry => entry.message)
      const offset = await producer.send(lane.topic, lane.partition, messages)
      succeeded(lane, batch, offset)
    } catch (error) {
      const again = failed(lane, batch, error)
      givePlaceUp(lane)
      if (again) await new Promise(resolve => setTimeout(resolve, retryMs))
    } finally {
      givePlaceUp(lane)
      lane.sending = false
      offer(lane)
      if (!scheduled) startSends()
    }
  }

  function givePlaceUp(lane: Lane): void {
    if (lane.holdsPlace) placesTaken--
    lane.holdsPlace = false
  }

  function succeeded(lane: Lane, batch: readonly Pending[], offset: number): void {
    lane.inFlight = []
    lane.failed = null
    lane.acknowledged++
    stats.sends++
    stats.records += batch.length
    let bytes = 0
    for (const [index, entry] of batch.entries()) {
      bytes += entry.bytes
      entry.resolve?.(offset + index)
    }
    stats.bytes += bytes
    room.free(bytes)
  }

  /** Returns whether the records are sent again as they are. */
  function failed(lane: Lane, batch: Pending[], error: unknown): boolean {
    const { cause, refused, silentBroker } = sendFailureOf(error)
    const now = performance.now()
    // before anything is repeated or reported: the request may still be under way
    if (silentBroker !== null) producer.sockets.closeBroker(silentBroker)
    stats.failures++
    lane.inFlight = []
    lane.failed = cause
    lane.failedAt = now
    if (refused !== null && batch.length === 1) {
      giveUp(
        batch,
        new AppError('log_refused', `Kafka refuses the record (${cause})`, { retryable: false, cause: error }),
      )
      return false
    }
    if (refused !== null) narrowSends(lane, refused, batch, now)
    else for (const entry of batch) entry.tried = true
    lane.queue = [...batch, ...lane.queue]
    expire(lane, now)
    return refused === null
  }

  function sweep(): void {
    const now = performance.now()
    let lateMs = Number.NEGATIVE_INFINITY
    for (const lane of lanes) {
      const oldest = lane.inFlight[0]
      if (oldest !== undefined) lateMs = Math.max(lateMs, now - oldest.deadline)
      expire(lane, now)
    }
    // what is late fails with its connection, and only then is it reported; brokers that answer are left alone as long as may be
    if (lateMs > hopelessMs) producer.sockets.closeAll()
    else if (lateMs > 0) producer.sockets.closeSilent(silentMs)
    if (!scheduled) startSends()
  }

  function expire(lane: Lane, now: number): void {
    const late = takeLate(lane, now)
    if (late.length === 0) return
    lane.alone = Math.max(0, lane.alone - late.length)
    const code = lane.failed === null ? 'log_deadline' : 'log_unavailable'
    giveUp(late, failure(code, `Kafka did not take the record in time (${lane.failed ?? 'slow'}): send it again`))
  }

  function giveUp(entries: readonly Pending[], error: AppError): void {
    for (const entry of entries) entry.reject(error, entry)
    room.free(sum(entries.map(({ bytes }) => bytes)))
  }

  /** Waits for what is queued until its deadlines, then disconnects. */
  async function stop(): Promise<void> {
    stopped = true
    while (lanes.some(lane => lane.sending || lane.queue.length > 0))
      await new Promise(resolve => setTimeout(resolve, 5))
    clearInterval(sweeper)
    await producer.disconnect()
  }

  return {
    append,
    appendAll,
    appendEach,
    /** Closes the connections: what is in flight can be written no more, and is sent again if its deadline allows. */
    closeConnections: () => producer.sockets.closeAll(),
    stop,
    stats: (): LaneStats => ({ ...stats, queuedBytes: room.taken() }),
    doing: () => doingOfLanes(lanes),
  }
}

const failure = (code: string, message: string) => new AppError(code, message, { retryable: true })
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
