// A lane is the queue of sends to one topic-partition: one outstanding `send` of at most `sendBytesMax`, in order, retried within the
// deadline of its records. A send never spans partitions, and its answer must name the partition, or it has failed.
// A record is reported failed only when no send of it is under way any more: the connection is closed before.
import { AppError, errorCode } from '@hibob-sync/runtime'
import { CompressionTypes, type Producer } from 'kafkajs'
import { type KafkaClient, newKafka, trackedSockets } from './client.ts'
import { type Lane, type LaneRecord, type LogPosition, newLane, type Pending, takeSend } from './lane-queue.ts'

export type { LaneRecord, LogPosition } from './lane-queue.ts'

export interface LanesOptions {
  sendBytesMax?: number
  /** Bytes that may wait in all lanes together; more is refused with `log_overloaded`. */
  queueBytesMax?: number
  /** How long a record may take from `append` to the broker's acknowledgement, in ms. */
  deadlineMs?: number
  /** How long one send may take, in ms. */
  sendTimeoutMs?: number
  /** Sends that may be under way at once over all lanes: fewer make larger sends when there are many lanes. */
  concurrentSendsMax?: number
  /** No send starts while this is false (protocol P6). */
  mayStart?: () => boolean
}

export interface LaneStats {
  sends: number
  records: number
  bytes: number
  queuedBytes: number
  failures: number
}

export type Lanes = Awaited<ReturnType<typeof createLanes>>

const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' }
const sweepMs = 50
const retryMs = 50

export async function createLanes(client: KafkaClient, options: LanesOptions = {}) {
  const {
    sendBytesMax = 512 * 1024,
    queueBytesMax = 64 * 1024 * 1024,
    deadlineMs = 30_000,
    sendTimeoutMs = 5000,
  } = options
  const { concurrentSendsMax = Number.POSITIVE_INFINITY, mayStart = () => true } = options
  const sockets = trackedSockets()
  const producer = newProducer(client, sendTimeoutMs, sockets.factory)
  await producer.connect()
  const lanes = new Map<string, Lane>()
  const ready: Lane[] = []
  const stats: LaneStats = { sends: 0, records: 0, bytes: 0, queuedBytes: 0, failures: 0 }
  let underWay = 0
  let stopped = false
  let scheduled = false
  const sweeper = setInterval(sweep, sweepMs)

  function append(topic: string, partition: number, record: LaneRecord): Promise<LogPosition> {
    return new Promise((resolve, reject) =>
      enqueue(topic, partition, [record], offset => resolve({ partition, offset }), reject),
    )
  }

  /** Appends records in order; resolves when all of them are acknowledged. They may span several sends. */
  async function appendAll(topic: string, partition: number, records: readonly LaneRecord[]): Promise<void> {
    if (records.length === 0) return
    await new Promise<number>((resolve, reject) => enqueue(topic, partition, records, resolve, reject))
  }

  function enqueue(
    topic: string,
    partition: number,
    records: readonly LaneRecord[],
    resolve: (offset: number) => void,
    reject: (error: AppError) => void,
  ): void {
    if (stopped) return reject(failure('log_unavailable', 'the service is stopping: send it again'))
    const lane = laneOf(topic, partition)
    const entries = lane.push(records, headers, performance.now() + deadlineMs, resolve, reject)
    if (stats.queuedBytes + entries.bytes > queueBytesMax) {
      lane.drop(entries)
      return reject(failure('log_overloaded', 'more waits for Kafka than may wait: send it again later'))
    }
    stats.queuedBytes += entries.bytes
    offer(lane)
  }

  function laneOf(topic: string, partition: number): Lane {
    const name = `${topic}/${partition}`
    let lane = lanes.get(name)
    if (lane === undefined) {
      lane = newLane(topic, partition)
      lanes.set(name, lane)
    }
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
    if (!mayStart()) return void setTimeout(startSends, retryMs)
    while (ready.length > 0 && underWay < concurrentSendsMax) {
      const lane = ready.shift() as Lane
      lane.offered = false
      if (lane.queue.length > 0) void send(lane)
    }
  }

  async function send(lane: Lane): Promise<void> {
    lane.sending = true
    underWay++
    const batch = takeSend(lane, sendBytesMax)
    lane.inFlight = batch
    try {
      const answer = await producer.send({
        topic: lane.topic,
        acks: -1,
        timeout: sendTimeoutMs,
        compression: CompressionTypes.None,
        messages: batch.map(entry => entry.message),
      })
      const base = baseOffsetOf(answer, lane)
      lane.inFlight = []
      stats.sends++
      stats.records += batch.length
      for (const [index, entry] of batch.entries()) settle(entry, base + index)
    } catch (error) {
      stats.failures++
      if (errorName(error).includes('Timeout')) sockets.destroyAll()
      lane.inFlight = []
      lane.failed = errorCode(error)
      lane.queue.unshift(...batch)
      if (!canRetry(error)) rejectAll(lane, error)
      await new Promise(resolve => setTimeout(resolve, retryMs))
      expire(lane)
    } finally {
      lane.sending = false
      underWay--
      offer(lane)
      if (!scheduled && ready.length > 0) startSends()
    }
  }

  function settle(entry: Pending, offset: number): void {
    stats.queuedBytes -= entry.bytes
    stats.bytes += entry.bytes
    entry.resolve?.(offset)
  }

  function sweep(): void {
    const now = performance.now()
    let late = false
    for (const lane of lanes.values()) {
      late ||= lane.inFlight.some(entry => entry.deadline <= now)
      if (!lane.sending) expire(lane)
    }
    // the sends fail at once, and only then are their records reported failed
    if (late) sockets.destroyAll()
  }

  /** Rejects what waited too long; records of one `appendAll` fail together. */
  function expire(lane: Lane): void {
    const now = performance.now()
    const late = lane.queue.filter(entry => entry.deadline <= now)
    if (late.length === 0) return
    const code = lane.failed === null ? 'log_deadline' : 'log_unavailable'
    for (const entry of late)
      entry.reject(failure(code, `Kafka did not take it in time (${lane.failed ?? 'slow'}): send it again`))
    for (const entry of late) stats.queuedBytes -= entry.bytes
    lane.queue = lane.queue.filter(entry => entry.deadline > now)
  }

  function rejectAll(lane: Lane, error: unknown): void {
    for (const entry of lane.queue) {
      stats.queuedBytes -= entry.bytes
      entry.reject(
        new AppError('log_refused', `Kafka refused it (${errorCode(error)})`, { retryable: false, cause: error }),
      )
    }
    lane.queue = []
  }

  /** Waits for what is queued until its deadlines, then disconnects. */
  async function stop(): Promise<void> {
    stopped = true
    while ([...lanes.values()].some(lane => lane.sending || lane.queue.length > 0))
      await new Promise(resolve => setTimeout(resolve, 5))
    clearInterval(sweeper)
    sockets.destroyAll()
    await producer.disconnect()
  }

  return {
    append,
    appendAll,
    closeConnections: () => sockets.destroyAll(),
    stop,
    stats: (): LaneStats => ({ ...stats }),
  }
}

function newProducer(
  client: KafkaClient,
  requestTimeout: number,
  socketFactory: ReturnType<typeof trackedSockets>['factory'],
): Producer {
  const kafka = newKafka(client.options, {
    requestTimeout,
    socketFactory,
    retry: { retries: 0, initialRetryTime: 10, maxRetryTime: 10 },
  })
  return kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
    retry: { retries: 0, initialRetryTime: 10, maxRetryTime: 10 },
    metadataMaxAge: 60_000,
  })
}

function baseOffsetOf(
  answer: readonly { topicName: string; partition: number; errorCode: number; baseOffset?: string }[],
  lane: Lane,
): number {
  const named = answer.find(({ topicName, partition }) => topicName === lane.topic && partition === lane.partition)
  if (named === undefined || named.errorCode !== 0 || named.baseOffset === undefined || named.baseOffset === '-1') {
    throw failure('log_unconfirmed', `Kafka's answer does not confirm partition ${lane.partition}`)
  }
  return Number(named.baseOffset)
}

// too large or malformed stays so; everything else may be a broker that restarts or a leader that moves
const canRetry = (error: unknown) =>
  !/MESSAGE_TOO_LARGE|INVALID_RECORD|CORRUPT_MESSAGE|TOPIC_AUTHORIZATION_FAILED/.test(
    JSON.stringify([errorType(error), errorType((error as { cause?: unknown }).cause)]),
  )

const errorType = (error: unknown) =>
  typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : ''

function errorName(error: unknown): string {
  if (!(error instanceof Error)) return ''
  return `${error.name} ${error.cause instanceof Error ? error.cause.name : ''}`
}

const failure = (code: string, message: string) => new AppError(code, message, { retryable: true })
