// A record of the log as the rest of the project knows it, from what kafkajs hands over.
import type { LogRecord } from '@hibob-sync/domain'

interface FetchedMessage {
  offset: string
  timestamp: string
  key: Buffer | null
  value: Buffer | null
}

export function recordOf(partition: number, message: FetchedMessage): LogRecord {
  return new FetchedRecord(partition, message)
}

/** Its value is made a text only when it is decoded: a fetch holds far more records than are folded at a time. */
class FetchedRecord implements LogRecord {
  readonly partition: number
  readonly offset: number
  readonly time: number
  readonly key: string
  readonly #value: Buffer | null

  constructor(partition: number, { offset, timestamp, key, value }: FetchedMessage) {
    this.partition = partition
    this.offset = Number(offset)
    this.time = Number(timestamp)
    this.key = key?.toString() ?? ''
    this.#value = value
  }

  get value(): string | null {
    return this.#value?.toString() ?? null
  }
}
