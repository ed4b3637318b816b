// Hands the batches that kafkajs fetched to the caller's handler, only while the partition is owned, with heartbeats going on meanwhile.
// Nothing that the handler throws reaches kafkajs (it would hand over what is queued all the same): the batch is tried again.
// kafkajs fetches no partition of a broker before all that it fetched last is handled: a handler that takes long is waited for apart.
import type { LogRecord } from '@hibob-sync/domain'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import type { EachBatchPayload } from 'kafkajs'
import { backoff } from './backoff.ts'
import { discontinuity, type Reached, resumeAt } from './continuity.ts'
import { lastRecordOf } from './last-record.ts'
import { recordOf } from './log-record.ts'
import type { Ownership } from './ownership.ts'
import type { SessionClock } from './session-clock.ts'

export interface ConsumedBatch {
  partition: number
  records: LogRecord[]
  /** The offset that the log's next record gets. */
  highWatermark: number
  /** False as soon as the partition was lost, or may have been. */
  isOwned(): boolean
}

export interface BatchHandlerOptions {
  logger: Logger
  ownership: Ownership
  clock: SessionClock
  sessionTimeoutMs: number
  heartbeatIntervalMs: number
  /** A handler that takes longer, while the engines answer, is stuck. */
  handleMaxMs: number
  enginesAnswer(): boolean
  handle(batch: ConsumedBatch): Promise<{ nextOffset: number }>
  /** The next fetch of the partition begins at `offset`. */
  seek(partition: number, offset: number): void
  /** So many partitions may be waited for apart; more are waited for in turn, so that memory and MongoDB see a bounded number. */
  partitionsConcurrently: number
  onCrash(error: Error): void
}

const lostTypes = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'])
const hintIntervalMs = 5000
const patienceMs = 300
/** Fetches in a row that do not continue: a broker or two may have answered one before the partition was taken over. */
const doubtsMax = 3

export function batchHandler(options: BatchHandlerOptions) {
  const { logger, ownership, clock } = options
  const handling = new Set<Promise<number>>()
  const hintedAt = new Map<number, number>()
  const apart = new Set<number>()
  const busy = new Set<number>()
  const doubts = new Map<number, number>()
  let stopping = false

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { partition, messages, highWatermark } = payload.batch
    const epoch = ownership.epoch()
    const isOwned = () =>
      epoch === ownership.epoch() && ownership.isOwned(partition) && clock.ageMs() < options.sessionTimeoutMs
    if (stopping || !isOwned()) return
    await payload.heartbeat()
    const reached = ownership.reached(partition)
    if (reached === undefined || epoch !== ownership.epoch()) return
    const { position: from } = reached
    const fetched = messages.map(message => recordOf(partition, message))
    if (!goesOn(payload, { ...reached, partition }, fetched)) return
    const records = fetched.filter(record => record.offset >= from)
    const last = records.at(-1)
    if (last === undefined) {
      ownership.move(partition, { ...reached, compared: true })
      return options.seek(partition, from)
    }
    const batch = { partition, records, highWatermark: Number(highWatermark), isOwned }
    const handled = withHeartbeats(payload, epoch, () => counted(partition, handleUntilDone(batch, from)))
    const moveTo = (next: number) => {
      const before = records.findLast(({ offset }) => offset < next)
      ownership.move(partition, {
        position: next,
        highWatermark: batch.highWatermark,
        last: before === undefined ? reached.last : lastRecordOf(before),
        compared: true,
      })
    }
    const next = apart.size < options.partitionsConcurrently ? await within(patienceMs, handled) : await handled
    if (next === null) return waitApart(payload, epoch, handled, moveTo)
    if (epoch !== ownership.epoch()) return
    moveTo(next)
    if (next > last.offset) payload.resolveOffset(String(last.offset))
    else options.seek(partition, next)
    await hint(payload)
  }

  /** False when what was fetched is not what comes next: it is read again, or the consumer ends. */
  function goesOn({ batch, pause }: EachBatchPayload, reached: Reached, records: LogRecord[]): boolean {
    const { partition, highWatermark } = batch
    // kafkajs tells it of every batch, and its types do not
    const from = Number((batch as { fetchedOffset?: string }).fetchedOffset)
    const found =
      records.length === 0 ? null : discontinuity(reached, { from, records, highWatermark: Number(highWatermark) })
    if (found === null) {
      doubts.delete(partition)
      return true
    }
    const doubted = (doubts.get(partition) ?? 0) + 1
    doubts.set(partition, doubted)
    if (found.certain || doubted >= doubtsMax) {
      pause()
      options.onCrash(found.error)
    } else options.seek(partition, resumeAt(reached))
    return false
  }

  /** The partition is fetched no more until its handler is done; the others are. */
  function waitApart(
    payload: EachBatchPayload,
    epoch: number,
    handled: Promise<number>,
    moveTo: (next: number) => void,
  ): void {
    const { partition } = payload.batch
    const resume = payload.pause()
    apart.add(partition)
    void handled.then(next => {
      apart.delete(partition)
      // a later assignment pauses and resumes by itself
      if (epoch !== ownership.epoch()) return
      moveTo(next)
      if (stopping) return
      options.seek(partition, next)
      resume()
    })
  }

  /** Rebalances are noticed at once, not after the batch; a handler that is stuck keeps nothing for ever. */
  async function withHeartbeats(
    { heartbeat, batch: { partition } }: EachBatchPayload,
    epoch: number,
    act: () => Promise<number>,
  ): Promise<number> {
    let countsFrom = performance.now()
    const beating = setInterval(() => {
      // waiting for an engine is no stuck handler: once it answers again the handler has its whole time
      if (!options.enginesAnswer()) countsFrom = performance.now()
      if (performance.now() - countsFrom > options.handleMaxMs) {
        clearInterval(beating)
        options.onCrash(stuck(partition, options.handleMaxMs))
        return
      }
      heartbeat().catch(error => {
        if (lostTypes.has(String((error as { type?: unknown }).type)) && epoch === ownership.epoch())
          ownership.release()
      })
    }, options.heartbeatIntervalMs)
    try {
      return await act()
    } finally {
      clearInterval(beating)
    }
  }

  async function counted(partition: number, handled: Promise<number>): Promise<number> {
    handling.add(handled)
    busy.add(partition)
    return handled.finally(() => {
      handling.delete(handled)
      busy.delete(partition)
    })
  }

  async function handleUntilDone(batch: ConsumedBatch, from: number): Promise<number> {
    for (let attempt = 0; batch.isOwned() && !stopping; attempt++) {
      try {
        return (await options.handle(batch)).nextOffset
      } catch (error) {
        const fields = { partition: batch.partition, attempt, code: errorCode(error), err: error }
        sparing(logger).error(fields, 'records not handled, trying again')
        await backoff(attempt)
      }
    }
    return from
  }

  /** The committed offset only tells other tools how far the group is; a failed commit is no fault. */
  async function hint({ batch: { partition }, commitOffsetsIfNecessary, uncommittedOffsets }: EachBatchPayload) {
    const now = performance.now()
    if (now - (hintedAt.get(partition) ?? Number.NEGATIVE_INFINITY) < hintIntervalMs) return
    hintedAt.set(partition, now)
    await commitOffsetsIfNecessary(uncommittedOffsets()).catch(error =>
      logger.debug({ partition, code: errorCode(error) }, 'group offset not committed'),
    )
  }

  /** Nothing more is handled; resolves when what is being handled is done. */
  async function stop(): Promise<void> {
    stopping = true
    while (handling.size > 0) await Promise.race(handling)
  }

  return {
    eachBatch,
    stop,
    isBusy: (partition: number) => busy.has(partition),
    /** Whether further partitions wait for their turn. */
    isFull: () => busy.size >= options.partitionsConcurrently,
  }
}

const stuck = (partition: number, handleMaxMs: number) =>
  new AppError(
    'handler_stuck',
    `handling records of partition ${partition} took more than ${handleMaxMs / 1000} s: restart the service, and see what it waited for`,
    { retryable: true },
  )

/** null when it takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>(resolve => {
    timer = setTimeout(resolve, ms, null)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
