// What a failed send means: whether the records themselves were refused, and which connection must be closed before they are sent again.
import { AppError } from '@hibob-sync/runtime'

export interface SendFailure {
  /** Short name of the cause, for messages and logs. */
  cause: string
  /** These records will never be taken, however often they are sent. */
  refused: boolean
  /** The broker (`host:port`) that did not answer in time: the request may still be under way to it. */
  silentBroker: string | null
}

const refusals = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'])

/** Kafka's own word that it does not take these records, or not from this client. */
export const isRefusal = (cause: string) => refusals.has(cause) || /AUTHORIZATION_FAILED/.test(cause)

export function sendFailureOf(error: unknown): SendFailure {
  const innermost = innermostCause(error)
  const type = textOf(innermost, 'type')
  const name = textOf(innermost, 'name')
  return {
    cause: type || (innermost instanceof AppError ? innermost.code : name) || 'unknown',
    refused: refusals.has(type),
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
