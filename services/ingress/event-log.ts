// The log as the ingress sees it: appends an event to its tenant's partition, and knows whether the log answers.
import { setTimeout as wait } from 'node:timers/promises'
import { clusterId, type KafkaClient, type Lanes, partitionFor } from '@hibob-sync/kafka'
import { AppError, errorCode, type Logger, sparing } from '@hibob-sync/runtime'
import { fairShares } from './fair-shares.ts'

export interface EventLogOptions {
  client: KafkaClient
  lanes: Pick<Lanes, 'append'>
  /** What may wait in the lanes. */
  queueBytesMax: number
  topic: string
  partitions: number
  logger: Logger
  onAppended(seconds: number): void
}

export type EventLog = ReturnType<typeof eventLog>

/** What happened within this time is taken for how things are now. */
const freshMs = 10_000
const probeWithinMs = 2000

export function eventLog({ client, lanes, queueBytesMax, topic, partitions, logger, onAppended }: EventLogOptions) {
  const shares = fairShares(queueBytesMax)
  const partitionByTenant = new Map<string, number>()
  let takenAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  let probe: Promise<boolean> | null = null

  /** Resolves when the broker has acknowledged the record. Throws as lanes do, and AppError `webhook_share_exceeded`. */
  async function append(tenantId: string, value: string): Promise<void> {
    const begun = performance.now()
    // encoded here once: as text it would be measured and written in several steps
    const bytes = Buffer.from(value)
    if (!shares.take(tenantId, bytes.length))
      throw new AppError('webhook_share_exceeded', 'the tenant has its share waiting for Kafka', { retryable: true })
    try {
      await lanes.append(topic, partitionOf(tenantId), { key: tenantId, value: bytes })
      takenAt = performance.now()
      failedAt = Number.NEGATIVE_INFINITY
      onAppended((takenAt - begun) / 1000)
    } catch (error) {
      // too much at once says nothing of Kafka
      if (errorCode(error) !== 'log_overloaded') failedAt = performance.now()
      logFailure(error)
      throw error
    } finally {
      shares.giveBack(tenantId, bytes.length)
    }
  }

  /** From what happened lately; when nothing did, Kafka is asked. */
  async function answers(): Promise<boolean> {
    const now = performance.now()
    if (now - failedAt < freshMs) return false
    if (now - takenAt < freshMs) return true
    probe ??= ask().finally(() => {
      probe = null
    })
    return Promise.race([probe, wait(probeWithinMs, false, { ref: false })])
  }

  const ask = () =>
    clusterId(client).then(
      () => true,
      () => false,
    )

  // an outage under load fails thousands of webhooks a second, all for the same reason
  const logFailure = (error: unknown) => sparing(logger).warn({ code: errorCode(error) }, 'webhooks not stored')

  function partitionOf(tenantId: string): number {
    const known = partitionByTenant.get(tenantId)
    if (known !== undefined) return known
    const partition = partitionFor(tenantId, partitions)
    partitionByTenant.set(tenantId, partition)
    return partition
  }

  return { append, answers }
}
