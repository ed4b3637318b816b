// A record of the log as the rest of the project knows it, from what kafkajs hands over.
import type { LogRecord } from '@hibob-sync/domain'

interface FetchedMessage {
  offset: string
  timestamp: string
  key: Buffer | null
  value: Buffer | null
}

export function recordOf(partition: number, message: FetchedMessage): LogRecord {
  const { value } = message
  return {
    partition,
    offset: Number(message.offset),
    time: Number(message.timestamp),
    key: message.key?.toString() ?? '',
    // made a text only when it is decoded: a fetch holds far more records than are folded at a time
    get value() {
      return value?.toString() ?? null
    },
  }
}
