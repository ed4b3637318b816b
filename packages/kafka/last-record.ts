// What a checkpoint remembers of the last record that was handled, so that another log under the same name is recognised by it.
// The append time is left out of the hash: a log that was restored keeps offsets, keys and values, and may get new times.
import { hash } from 'node:crypto'
import type { LastRecord, LogRecord } from '@hibob-sync/domain'

export function lastRecordOf(record: LogRecord): LastRecord {
  return { offset: record.offset, time: record.time, hash: hashOf(record) }
}

export const isSameRecord = (record: LogRecord, last: LastRecord) =>
  record.offset === last.offset && hashOf(record) === last.hash

// JSON keeps the parts apart; a key or value that is no UTF-8 is hashed as it is decoded
const hashOf = ({ offset, key, value }: LogRecord) => hash('sha256', JSON.stringify([offset, key, value]), 'base64url')
