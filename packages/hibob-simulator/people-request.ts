// The bodies of people requests, refused where HiBob refuses them.
import { defaultFields } from './field-catalogue.ts'
import type { HumanReadable } from './person-view.ts'

export interface PeopleRequest {
  fields: readonly string[]
  humanReadable: HumanReadable
  showInactive: boolean
  filter: { path: 'root.id' | 'root.email'; values: string[] } | null
}

const fieldsMax = 400

/** A text when the request is refused (400). */
export function readPeopleRequest(body: unknown): PeopleRequest | string {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'the body is no object'
  const { fields = defaultFields, filters, showInactive = false, humanReadable = '' } = body as Record<string, unknown>
  if (!isTexts(fields)) return 'fields is no list of texts'
  if (fields.length > fieldsMax) return `more than ${fieldsMax} fields`
  if (typeof showInactive !== 'boolean') return 'showInactive is no boolean'
  if (humanReadable !== '' && humanReadable !== 'APPEND' && humanReadable !== 'REPLACE') return 'unknown humanReadable'
  const filter = filters === undefined ? null : readFilter(filters)
  if (typeof filter === 'string') return filter
  return { fields, humanReadable, showInactive, filter }
}

function readFilter(filters: unknown): PeopleRequest['filter'] | string {
  if (!Array.isArray(filters) || filters.length !== 1) return 'filters must hold exactly one filter'
  const { fieldPath, operator, values } = (filters[0] ?? {}) as Record<string, unknown>
  if (fieldPath !== 'root.id' && fieldPath !== 'root.email') return 'unsupported fieldPath'
  if (operator !== 'equals') return 'unsupported operator'
  if (!isTexts(values) || values.length === 0) return 'values must hold texts'
  return { path: fieldPath, values }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every(item => typeof item === 'string')
