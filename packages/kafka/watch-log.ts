// Looks every few seconds whether the log is still the one that a service began with: its cluster, its partitions, and as long as it was.
// kafkajs says nothing of a log that was cut, made again or given partitions, and of an empty one no record could tell.
import { AppError, errorCode, type Logger } from '@hibob-sync/runtime'
import { type Admin, withAdmin } from './admin.ts'
import { checkReached, type LogPositionReached, requireReached } from './check-log.ts'
import type { LogIdentity } from './check-topics.ts'
import type { KafkaClient } from './client.ts'
import type { LogEnds } from './log-ends.ts'
import { innermostCause } from './send-failure.ts'
import { topicNames } from './topic-definitions.ts'

export interface LogWatchOptions {
  client: KafkaClient
  /** The log as it was when the service started. */
  identity: LogIdentity
  /** Throws an AppError that is not retryable when the log is another one by now. */
  requireSame(present: LogIdentity): void
  /** Up to where the log is handled; asked before the log is looked at. */
  reached(): Promise<LogPositionReached[]> | LogPositionReached[]
  /** Whether the service reads on from there, so that the log must still hold what comes next. */
  reads: boolean
  onEnds?(ends: ReadonlyMap<number, LogEnds>): void
  /** Told once: the log is not to be used any more. */
  onCrash(error: AppError): void
  logger: Logger
}

const everyMs = 2000
/** Looks in a row at which the topic is missing: a broker that has just started may not know it yet. */
const missingMax = 3

export function watchLog({ client, identity, reached, reads, ...options }: LogWatchOptions) {
  const { events: topic } = topicNames(identity.prefix)
  let stopped = false
  let missing = 0
  let timer: NodeJS.Timeout | undefined

  async function look(): Promise<void> {
    try {
      const positions = await reached()
      const present = await presentLog(client, topic)
      missing = 0
      options.requireSame({
        clusterId: present.clusterId || identity.clusterId,
        prefix: identity.prefix,
        partitions: present.ends.size,
      })
      if (reads) checkReached(positions, present.ends)
      else requireReached(positions, present.ends)
      if (!stopped) options.onEnds?.(present.ends)
    } catch (error) {
      const fault = isUnknownTopic(error) && ++missing >= missingMax ? gone(topic) : error
      if (fault instanceof AppError && !fault.retryable) return crash(fault)
      options.logger.debug({ code: errorCode(error) }, 'the log was not looked at')
    }
    if (!stopped) timer = setTimeout(() => void look(), everyMs)
  }

  function crash(error: AppError): void {
    if (!stopped) options.onCrash(error)
    stopped = true
  }

  void look()
  return {
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

async function presentLog(client: KafkaClient, topic: string) {
  const look = async (admin: Admin) => {
    const { clusterId } = await admin.describeCluster()
    const offsets = await admin.fetchTopicOffsets(topic)
    const ends = offsets.map(
      ({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }] as const,
    )
    return { clusterId, ends: new Map(ends) }
  }
  // the next look comes soon enough
  return withAdmin(client, look, { retry: { retries: 1 } })
}

const isUnknownTopic = (error: unknown) =>
  (innermostCause(error) as { type?: unknown } | null)?.type === 'UNKNOWN_TOPIC_OR_PARTITION'

const gone = (topic: string) =>
  new AppError(
    'log_missing',
    `the topic ${topic} does not exist any more: restore it with its offsets, or begin again with new topics and an empty MongoDB database`,
    { retryable: false },
  )
