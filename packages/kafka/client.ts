// How this package holds Kafka: settings, and a factory of kafkajs instances. Nothing of kafkajs leaves the package.
import type { ConnectionOptions } from 'node:tls'
import type { Logger } from '@hibob-sync/runtime'
import { Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs'

export interface KafkaOptions {
  brokers: string[]
  clientId: string
  logger: Logger
  /** How long one request may take, in ms. */
  requestTimeoutMs?: number
  connectionTimeoutMs?: number
  ssl?: boolean | ConnectionOptions
  sasl?: { mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; username: string; password: string }
}

/** Opaque: it is handed to this package's functions. Holds no connection. */
export interface KafkaClient {
  readonly options: KafkaOptions
}

export function createKafka(options: KafkaOptions): KafkaClient {
  return { options }
}

export function newKafka(options: KafkaOptions, overrides: Partial<KafkaConfig> = {}): Kafka {
  return new Kafka({
    brokers: options.brokers,
    clientId: options.clientId,
    requestTimeout: options.requestTimeoutMs ?? 5000,
    connectionTimeout: options.connectionTimeoutMs ?? 2000,
    retry: { initialRetryTime: 100, maxRetryTime: 3000, retries: 8 },
    logLevel: logLevel.WARN,
    logCreator: () => entry => log(options.logger, entry),
    ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
    ...(options.sasl === undefined ? {} : { sasl: options.sasl as NonNullable<KafkaConfig['sasl']> }),
    ...overrides,
  })
}

// kafkajs tells as errors what it then mends by itself; what matters reaches callers as rejections
function log(logger: Logger, { level, log: { message }, namespace }: LogEntry): void {
  logger[level === logLevel.DEBUG ? 'trace' : 'debug']({ component: 'kafkajs', namespace }, message)
}
