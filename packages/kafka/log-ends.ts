// Where the log begins and ends.

import { withAdmin } from './admin.ts'
import type { KafkaClient } from './client.ts'

/** `low`: the first offset that is kept; `high`: the offset that the next record gets. */
export interface LogEnds {
  low: number
  high: number
}

export async function logEnds(client: KafkaClient, topic: string): Promise<Map<number, LogEnds>> {
  return withAdmin(client, async admin => {
    const offsets = await admin.fetchTopicOffsets(topic)
    return new Map(offsets.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]))
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
