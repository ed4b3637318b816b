// One kafkajs producer as lanes need it: a send goes to one topic-partition, once, and succeeds only when the answer names that partition.
// Never idempotent (kafkajs can then acknowledge what is not stored) and without retries of its own: the lane repeats, in order.
import { AppError } from '@hibob-sync/runtime'
import { CompressionTypes, type Message } from 'kafkajs'
import { type KafkaClient, newKafka } from './client.ts'
import { type SocketSet, trackedSockets } from './sockets.ts'

export interface LaneProducer {
  /** Resolves with the offset of the first record. */
  send(topic: string, partition: number, messages: Message[]): Promise<number>
  sockets: SocketSet
  disconnect(): Promise<void>
}

/** The broker's clock as it appended records, in a topic with LogAppendTime. */
export interface LogClock {
  partition: number
  /** ms since the epoch. */
  time: number
  /** On the monotonic clock, the middle of the send. */
  at: number
}

interface PartitionAnswer {
  topicName: string
  partition: number
  errorCode: number
  baseOffset?: string
  /** ms; -1 where producers say the time. */
  logAppendTime?: string
}

const metadataMaxAgeMs = 30_000
const once = { retries: 0, initialRetryTime: 10, maxRetryTime: 10 }

export async function connectProducer(
  client: KafkaClient,
  sendTimeoutMs: number,
  onClock?: (clock: LogClock) => void,
): Promise<LaneProducer> {
  const sockets = trackedSockets()
  const kafka = newKafka(client.options, {
    requestTimeout: sendTimeoutMs,
    socketFactory: sockets.factory,
    retry: once,
  })
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
    retry: once,
    metadataMaxAge: metadataMaxAgeMs,
  })
  await producer.connect()
  return {
    async send(topic, partition, messages) {
      const began = performance.now()
      const answer: PartitionAnswer[] = await producer.send({
        topic,
        acks: -1,
        timeout: sendTimeoutMs,
        compression: CompressionTypes.None,
        messages,
      })
      const offset = baseOffsetOf(answer, topic, partition)
      const time = Number(answer.find(entry => entry.partition === partition)?.logAppendTime ?? -1)
      if (time >= 0) onClock?.({ partition, time, at: (began + performance.now()) / 2 })
      return offset
    },
    sockets,
    async disconnect() {
      await producer.disconnect()
      sockets.closeAll()
    },
  }
}

/** Throws AppError `log_unconfirmed` unless the answer says that this partition took the records. */
export function baseOffsetOf(answer: readonly PartitionAnswer[], topic: string, partition: number): number {
  const named = answer.find(entry => entry.topicName === topic && entry.partition === partition)
  if (named === undefined || named.errorCode !== 0 || named.baseOffset === undefined || Number(named.baseOffset) < 0) {
    throw new AppError('log_unconfirmed', `Kafka's answer does not confirm ${topic}/${partition}: send it again`, {
      retryable: true,
    })
  }
  return Number(named.baseOffset)
}
