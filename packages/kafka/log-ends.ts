// Where the log begins and ends.
import { AppError } from '@hibob-sync/runtime'
import { withAdmin } from './admin.ts'
import type { KafkaClient } from './client.ts'

/** `low`: the first offset that is kept; `high`: the offset that the next record gets. */
export interface LogEnds {
  low: number
  high: number
}

export async function logEnds(client: KafkaClient, topic: string): Promise<Map<number, LogEnds>> {
  return withAdmin(client, async admin => {
    return endsOf(await admin.fetchTopicOffsets(topic))
  })
}

const endsOf = (offsets: readonly { partition: number; low: string; high: string }[]) =>
  new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]))

/** `min.insync.replicas` of our topics. */
const inSyncMin = (replicas: number) => (replicas >= 3 ? 2 : 1)

/**
 * Where the log ends, asked of brokers that could take records of all the topics: throws when a partition of one has no leader, or too few
 * replicas for an acknowledgement.
 */
export async function servedLogEnds(
  client: KafkaClient,
  topics: readonly string[],
  log: string,
): Promise<Map<number, LogEnds>> {
  return withAdmin(client, async admin => {
    const described = await admin.fetchTopicMetadata({ topics: [...topics] })
    const unserved = described.topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(({ leader, isr, replicas }) => leader < 0 || isr.length < inSyncMin(replicas.length))
        .map(({ partitionId }) => `${name}/${partitionId}`),
    )
    if (unserved.length > 0) {
      const message = `${unserved.length} partitions have no leader, or too few replicas in sync, such as ${unserved[0]}`
      throw new AppError('kafka_unavailable', message, { retryable: true })
    }
    return endsOf(await admin.fetchTopicOffsets(log))
  })
}

/** The first offset of a partition whose record was appended at or after `timeMs`; the log's end when there is none. */
export async function offsetForTime(
  client: KafkaClient,
  topic: string,
  partition: number,
  timeMs: number,
): Promise<number> {
  return withAdmin(client, async admin => {
    // to Kafka -1 is the end of the log and -2 its beginning, not times of 1969
    const offsets = await admin.fetchTopicOffsetsByTimestamp(topic, Math.max(0, timeMs))
    const found = Number(offsets.find(offset => offset.partition === partition)?.offset ?? -1)
    return found >= 0
      ? found
      : Number((await admin.fetchTopicOffsets(topic)).find(offset => offset.partition === partition)?.high ?? 0)
  })
}
