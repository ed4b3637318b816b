// The log as the ingress sees it: appends an event to its tenant's partition, and knows whether the log answers.
import { setTimeout as wait } from 'node:timers/promises'
import { clusterId, type KafkaClient, type Lanes, partitionFor } from '@hibob-sync/kafka'
import { errorCode, type Logger } from '@hibob-sync/runtime'

export interface EventLogOptions {
  client: KafkaClient
  lanes: Pick<Lanes, 'append'>
  topic: string
  partitions: number
  logger: Logger
  onAppended(seconds: number): void
}

export type EventLog = ReturnType<typeof eventLog>

/** What happened within this time is taken for how things are now. */
const freshMs = 10_000
const probeWithinMs = 2000
const logEveryMs = 1000

export function eventLog({ client, lanes, topic, partitions, logger, onAppended }: EventLogOptions) {
  const partitionByTenant = new Map<string, number>()
  let takenAt = Number.NEGATIVE_INFINITY
  let failedAt = Number.NEGATIVE_INFINITY
  let loggedAt = Number.NEGATIVE_INFINITY
  let notLogged = 0
  let probe: Promise<boolean> | null = null

  /** Resolves when the broker has acknowledged the record. Throws as lanes do. */
  async function append(tenantId: string, value: string): Promise<void> {
    const begun = performance.now()
    try {
      // encoded here once: as text it would be measured and written in several steps
      await lanes.append(topic, partitionOf(tenantId), { key: tenantId, value: Buffer.from(value) })
      takenAt = performance.now()
      failedAt = Number.NEGATIVE_INFINITY
      onAppended((takenAt - begun) / 1000)
    } catch (error) {
      failedAt = performance.now()
      logFailure(error)
      throw error
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
  function logFailure(error: unknown): void {
    notLogged++
    if (failedAt - loggedAt < logEveryMs) return
    logger.warn({ code: errorCode(error), count: notLogged }, 'webhooks not stored')
    loggedAt = failedAt
    notLogged = 0
  }

  function partitionOf(tenantId: string): number {
    const known = partitionByTenant.get(tenantId)
    if (known !== undefined) return known
    const partition = partitionFor(tenantId, partitions)
    partitionByTenant.set(tenantId, partition)
    return partition
  }

  return { append, answers }
}
