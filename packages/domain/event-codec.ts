// Between an event and the bytes of its record. Decoding checks the envelope, the tenant (record key) and the data.
import { Compile } from 'typebox/compile'
import { DomainError } from './domain-error.ts'
import {
  type Envelope,
  type EventType,
  envelope,
  eventData,
  type HibobEvent,
  type LogRecord,
  tenantOf,
} from './events.ts'
import { faultPlace } from './fault-place.ts'
import { knownParts } from './known-parts.ts'

const checkEnvelope = Compile(envelope)
const checkData = new Map<string, { Check(value: unknown): boolean; Errors(value: unknown): unknown }>(
  Object.entries(eventData).map(([type, schema]) => [type, Compile(schema)]),
)

/** A record as a consumer takes it: an event it knows, the name of a type that it passes over, or why it cannot be read. */
export type Decoded =
  | { record: LogRecord; event: HibobEvent }
  | { record: LogRecord; event: null; unknown: Envelope }
  | { record: LogRecord; event: null; failure: DomainError }

export function encodeEvent<T extends EventType>(event: HibobEvent<T>): string {
  return JSON.stringify(event)
}

/** Never throws: a record that is no CloudEvent of its tenant, or whose data break the schema, carries DomainError `event_undecodable`. */
export function decodeEvent(record: LogRecord): Decoded {
  try {
    return decode(record)
  } catch (failure) {
    if (failure instanceof DomainError) return { record, event: null, failure }
    // such as of what nests more deeply than can be looked at
    return { record, event: null, failure: undecodable(record, `cannot be looked at: ${faultPlace(failure)}`) }
  }
}

function decode(record: LogRecord): Decoded {
  const event = parse(record)
  if (!checkEnvelope.Check(event)) throw undecodable(record, 'is not a CloudEvents 1.0 event')
  if (event.tenantid !== record.key) throw undecodable(record, `names tenant ${event.tenantid} under ${keyOf(record)}`)
  const data = checkData.get(event.type)
  if (data === undefined) return { record, event: null, unknown: event }
  if (!data.Check(event.data))
    throw undecodable(record, `has data that break the schema of ${event.type}: ${pathsOf(data.Errors(event.data))}`)
  return { record, event: knownParts(event as HibobEvent) }
}

function parse(record: LogRecord): unknown {
  const text = record.value
  if (text === null) throw undecodable(record, 'has no value')
  try {
    // half of a surrogate pair is kept by no store; JSON can hold one only as an escape
    const isOdd = text.includes('\\u') && /\\u[dD][89a-fA-F]/.test(text)
    return isOdd ? JSON.parse(text, wellFormed) : JSON.parse(text)
  } catch {
    throw undecodable(record, 'is not JSON')
  }
}

function wellFormed(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key.toWellFormed(), item]))
}

function keyOf(record: LogRecord): string {
  return tenantOf(record) === '' ? 'a key that is no tenant’s' : `the key ${record.key}`
}

/** Within the schema: what a map is keyed by is data. */
function pathsOf(errors: unknown): string {
  const list = Array.isArray(errors) ? (errors as { instancePath?: string }[]) : []
  return list
    .slice(0, 3)
    .map(({ instancePath = '' }) => instancePath.replace(/^(\/[^/]*(?:\/\d+(?:\/[^/]*)?)?).*$/s, '$1') || 'the whole')
    .join(', ')
}

function undecodable(record: LogRecord, what: string): DomainError {
  return new DomainError('event_undecodable', `the record at ${record.partition}/${record.offset} ${what}`)
}
