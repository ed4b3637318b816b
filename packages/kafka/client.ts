// How this package holds Kafka: settings and a factory of kafkajs instances whose sockets can be closed at once.
// Nothing of kafkajs leaves the package.
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Logger } from '@hibob-sync/runtime'
import { Kafka, type KafkaConfig, type LogEntry, logLevel } from 'kafkajs'

export interface KafkaOptions {
  brokers: string[]
  clientId: string
  logger: Logger
  /** How long one request may take, in ms. */
  requestTimeoutMs?: number
  connectionTimeoutMs?: number
  ssl?: KafkaConfig['ssl']
  sasl?: KafkaConfig['sasl']
}

export interface KafkaClient {
  readonly options: KafkaOptions
  readonly kafka: Kafka
}

export interface SocketSet {
  factory: NonNullable<KafkaConfig['socketFactory']>
  /** Destroys every open socket: what is in flight on them can reach no broker any more. */
  destroyAll(): void
}

export function createKafka(options: KafkaOptions): KafkaClient {
  return { options, kafka: newKafka(options) }
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
    ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
    ...overrides,
  })
}

export function trackedSockets(): SocketSet {
  const open = new Set<Socket>()
  return {
    factory({ host, port, ssl, onConnect }) {
      const socket = ssl
        ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
        : connect({ host, port }, onConnect)
      socket.setKeepAlive(true, 60_000)
      socket.setNoDelay(true)
      open.add(socket)
      socket.once('close', () => open.delete(socket))
      return socket
    },
    destroyAll() {
      for (const socket of open) socket.destroy()
    },
  }
}

// kafkajs tells as errors what it then mends by itself; what matters reaches callers as rejections
function log(logger: Logger, { level, log: { message }, namespace }: LogEntry): void {
  logger[level === logLevel.DEBUG ? 'trace' : 'debug']({ component: 'kafkajs', namespace }, message)
}
