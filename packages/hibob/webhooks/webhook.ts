// A webhook's bytes → what the log records of it. Never throws: what cannot be read is of format `unknown` and kept whole.
// On ingress's hot path. HiBob's spellings: v2 with `fieldUpdates` or `fieldUpdatesIds`, strings or objects; v1 by `employee`.
import { nestsShallowly, parseJson } from '../json-text.ts'
import { type StoredBody, storeBody, textOf } from './webhook-body.ts'

/** Ids are strings of digits or null; `triggeredAt` is HiBob's own text (no zone, microseconds). The body is there in one of two forms. */
export interface ParsedWebhook extends StoredBody {
  format: 'v2' | 'v1' | 'unknown'
  webhookType: string | null
  companyId: string | null
  employeeId: string | null
  changedFields: string[]
  triggeredAt: string | null
  triggeredBy: string | null
}

type Json = Record<string, unknown>

export function parseWebhook(rawBody: Buffer): ParsedWebhook {
  const text = textOf(rawBody)
  const envelope = text === null ? null : parseObject(text)
  return Object.assign(describe(envelope), storeBody(rawBody, text, envelope !== null))
}

function parseObject(text: string): Json | null {
  if (!nestsShallowly(text)) return null
  try {
    const envelope = objectOf(parsed(text))
    return envelope !== null && hasInexactId(envelope) ? objectOf(parseJson(text)) : envelope
  } catch {
    return null
  }
}

const parsed = (text: string): unknown => (text.startsWith('\ufeff') ? parseJson(text) : JSON.parse(text))

// nearly all ids are texts, and to look at five values is cheaper than to search the whole text for long integers
function hasInexactId({ companyId, triggeredBy, employee, data, changedBy }: Json): boolean {
  return (
    isInexact(companyId) ||
    isInexact(triggeredBy) ||
    isInexact(objectOf(employee)?.id) ||
    isInexact(objectOf(data)?.employeeId) ||
    isInexact(objectOf(changedBy)?.id)
  )
}

function isInexact(id: unknown): boolean {
  return typeof id === 'number' ? !Number.isSafeInteger(id) : Array.isArray(id) && isInexact(id[0])
}

function describe(envelope: Json | null): ParsedWebhook {
  const employee = objectOf(envelope?.employee)
  const data = objectOf(envelope?.data)
  return {
    format: envelope === null ? 'unknown' : formatOf(envelope, employee, data),
    webhookType: textIn(envelope?.type),
    companyId: idOf(envelope?.companyId),
    employeeId: idOf(employee?.id) ?? idOf(data?.employeeId),
    changedFields: fieldIds(data?.fieldUpdates ?? data?.fieldUpdatesIds),
    triggeredAt: textIn(envelope?.triggeredAt) ?? textIn(envelope?.creationDate),
    triggeredBy: actorOf(envelope?.triggeredBy) ?? actorOf(objectOf(envelope?.changedBy)?.id),
  }
}

// a version still to come keeps its ids, which can at worst ask for a reading too many
function formatOf(envelope: Json, employee: Json | null, data: Json | null): ParsedWebhook['format'] {
  if (typeof envelope.type !== 'string') return 'unknown'
  if (employee !== null) return 'v1'
  const version = envelope.version ?? 'v2'
  return version === 'v2' && data !== null ? 'v2' : 'unknown'
}

function fieldIds(updates: unknown): string[] {
  if (!Array.isArray(updates)) return []
  const ids: string[] = []
  for (const update of updates) {
    const id = typeof update === 'string' ? update : objectOf(update)?.id
    if (typeof id === 'string') ids.push(id)
  }
  return ids
}

const digits = /^\d{1,128}$/

// as a number, as text with or without blanks around, or as a list of one; numbers beyond 2^53 come as text already
function idOf(value: unknown): string | null {
  if (Array.isArray(value)) return value.length === 1 && !Array.isArray(value[0]) ? idOf(value[0]) : null
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof text !== 'string') return null
  if (digits.test(text)) return text
  const trimmed = text.trim()
  return digits.test(trimmed) ? trimmed : null
}

function actorOf(value: unknown): string | null {
  return textIn(value) ?? idOf(value)
}

const textIn = (value: unknown) => (typeof value === 'string' ? value : null)

function objectOf(value: unknown): Json | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null
}
