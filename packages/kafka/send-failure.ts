// What a failed send says: whether the records were refused, and which connection must be closed before they are sent again.
import { AppError } from '@hibob-sync/runtime'

/** What in a record Kafka does not take, however often it is sent. */
export type Refusal = 'size' | 'content'

export interface SendFailure {
  /** Short name of the cause, for messages and logs. */
  cause: string
  /** Null when the same records may be taken later: then the fault is the topic's or the cluster's. */
  refused: Refusal | null
  /** The broker (`host:port`) that did not answer in time: the request may still be under way to it. */
  silentBroker: string | null
}

// Only what a broker says of the records themselves. Rights, missing topics, policies, replicas, disks and clocks (INVALID_TIMESTAMP: a record
// is stamped when it is sent) are mended for every record at once, and CORRUPT_MESSAGE tells of the way to the broker: those wait.
// https://kafka.apache.org/protocol.html#protocol_error_codes
const refusals = new Map<string, Refusal>([
  ['MESSAGE_TOO_LARGE', 'size'],
  ['RECORD_LIST_TOO_LARGE', 'size'],
  ['INVALID_RECORD', 'content'],
])

/** Kafka's own word that it does not take these records, or not from this client. */
export const isRefusal = (cause: string) => refusals.has(cause) || /AUTHORIZATION_FAILED|INVALID_TIMESTAMP/.test(cause)

export function sendFailureOf(error: unknown): SendFailure {
  const innermost = innermostCause(error)
  const type = textOf(innermost, 'type')
  const name = textOf(innermost, 'name')
  return {
    cause: type || (innermost instanceof AppError ? innermost.code : name) || 'unknown',
    refused: refusals.get(type) ?? null,
    silentBroker: name === 'KafkaJSRequestTimeoutError' ? textOf(innermost, 'broker') || null : null,
  }
}

/** kafkajs wraps causes in causes; the innermost says what happened. */
export function innermostCause(error: unknown): unknown {
  let innermost = error
  while (innermost instanceof Error && innermost.cause instanceof Error) innermost = innermost.cause
  return innermost
}

function textOf(error: unknown, property: 'type' | 'name' | 'broker'): string {
  const value = (error as Record<string, unknown> | null)?.[property]
  return typeof value === 'string' ? value : ''
}
