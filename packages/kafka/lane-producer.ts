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

interface PartitionAnswer {
  topicName: string
  partition: number
  errorCode: number
  baseOffset?: string
}

const metadataMaxAgeMs = 30_000
const once = { retries: 0, initialRetryTime: 10, maxRetryTime: 10 }

export async function connectProducer(client: KafkaClient, sendTimeoutMs: number): Promise<LaneProducer> {
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
      const answer = await producer.send({
        topic,
        acks: -1,
        timeout: sendTimeoutMs,
        compression: CompressionTypes.None,
        messages,
      })
      return baseOffsetOf(answer, topic, partition)
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
