// Whether a log is the one that a checkpoint was reached in: the last record that was handled is read and compared.
import type { LastRecord } from '@hibob-sync/domain'
import type { KafkaClient } from './client.ts'
import { replaced } from './continuity.ts'
import { isSameRecord } from './last-record.ts'
import { readRange } from './range-reader.ts'

const fetchBytesMax = 64 * 1024

/** Throws AppError `log_replaced` when the log holds another record there, or none. */
export async function requireRecord(
  client: KafkaClient,
  topic: string,
  partition: number,
  last: LastRecord,
): Promise<void> {
  for await (const records of readRange(client, topic, partition, last.offset, last.offset + 1, { fetchBytesMax }))
    if (records[0] !== undefined && isSameRecord(records[0], last)) return
  throw replaced(partition, last)
}
