// Acts on the cluster, each on a connection of its own. A cluster that does not answer is AppError `kafka_unavailable`, within some 10 s.
import { AppError } from '@hibob-sync/runtime'
import type { KafkaConfig } from 'kafkajs'
import type { KafkaClient } from './client.ts'
import { newKafka } from './client.ts'
import { innermostCause } from './send-failure.ts'

export type Admin = ReturnType<ReturnType<typeof newKafka>['admin']>

const attemptsMax = 10
const retryMs = 100
const connectWithinMs = 10_000
const unreachable = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSRequestTimeoutError',
  'KafkaJSBrokerNotFound',
])

/**
 * Runs `act` on a fresh connection; what a moving leader or a restarting broker fails is tried again a few times. Throws AppError
 * `kafka_unavailable` when no broker can be reached.
 */
export async function withAdmin<T>(
  client: KafkaClient,
  act: (admin: Admin) => Promise<T>,
  overrides: Partial<KafkaConfig> = {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const admin = newKafka(client.options, overrides).admin()
    try {
      await connect(client, admin)
      return await act(admin)
    } catch (error) {
      if (attempt >= attemptsMax || !(error as { retriable?: boolean }).retriable) throw told(client, error)
    } finally {
      await admin.disconnect()
    }
    await new Promise(resolve => setTimeout(resolve, retryMs * attempt))
  }
}

/** The id that a cluster keeps for life: offsets mean something only together with it. */
export async function clusterId(client: KafkaClient): Promise<string> {
  return withAdmin(client, async admin => (await admin.describeCluster()).clusterId)
}

async function connect(client: KafkaClient, admin: Admin): Promise<void> {
  const connecting = admin.connect()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(unavailable(client))
      // it goes on trying by itself: a connection that comes of it must not stay open
      connecting.then(
        () => admin.disconnect(),
        () => {},
      )
    }, connectWithinMs)
  })
  await Promise.race([connecting, late]).finally(() => clearTimeout(timer))
}

function told(client: KafkaClient, error: unknown): unknown {
  const { name } = (innermostCause(error) ?? {}) as { name?: string }
  return name !== undefined && unreachable.has(name) ? unavailable(client, error) : error
}

function unavailable({ options }: KafkaClient, cause?: unknown): AppError {
  return new AppError(
    'kafka_unavailable',
    `Kafka at ${options.brokers.join(', ')} does not answer: check KAFKA_BROKERS, that the brokers run, and that the addresses they advertise can be reached from here`,
    { retryable: true, cause },
  )
}
