// Events and records for the tests of the fold, each with only what a test is about.
import { type EventData, type EventType, encodeEvent, type HibobEvent, type LogRecord } from './index.ts'

/** Employed unless `fields` say otherwise; `'internal.lifecycleStatus': undefined` shows none. */
export const observed = (
  employeeId: string,
  fields: Record<string, unknown>,
  rest: Partial<EventData<'hibob.employee.observed'>> = {},
) =>
  [
    'hibob.employee.observed',
    {
      employeeId,
      fields: { 'internal.lifecycleStatus': 'Employed', ...fields },
      labels: {},
      absent: [],
      digest: JSON.stringify(fields),
      asOf: { offset: 0, takeover: 1, request: 0 },
      observedAt: '',
      cause: { kind: 'webhook', triggeredBy: 'actor' },
      ...rest,
    },
  ] as const

export const missing = (employeeId: string, rest: Partial<EventData<'hibob.employee.missing'>> = {}) =>
  [
    'hibob.employee.missing',
    { employeeId, asOf: { offset: 0, takeover: 1, request: 0 }, observedAt: '', cause: { kind: 'webhook' }, ...rest },
  ] as const

export const deletedWebhook = (employeeId: string, rest: Partial<EventData<'hibob.webhook.received'>> = {}) =>
  [
    'hibob.webhook.received',
    {
      webhookType: 'employee.deleted',
      companyId: '1',
      employeeId,
      changedFields: [],
      triggeredAt: null,
      triggeredBy: null,
      format: 'v2',
      body: '',
      secretId: 's',
      companyMismatch: false,
      ...rest,
    },
  ] as const

export const lists = (
  list: string,
  items: Record<string, string | null>,
  rest: Partial<EventData<'hibob.lists.observed'>> = {},
) =>
  [
    'hibob.lists.observed',
    {
      list,
      items: Object.entries(items).map(([id, name]) => ({ id, name, archived: false, parent: null })),
      asOf: { offset: 0, takeover: 1, request: 0 },
      page: 1,
      pages: 1,
      ...rest,
    },
  ] as const

export const unchanged = (
  people: { id: string; digest: string }[],
  asOf: EventData<'hibob.employees.unchanged'>['asOf'],
) => ['hibob.employees.unchanged', { importId: 'i', people, asOf }] as const

export type Given = readonly [EventType, unknown]

/**
 * Records at the offsets of their places, ten minutes apart, and a day not before it comes. An `asOf` of offset 0 is set to the record's own
 * place, as a reading just made.
 */
export function logOf(given: readonly Given[], tenant = 'acme', from = 0): LogRecord[] {
  let laterMs = 0
  return given.map(([type, data], index) => {
    const record = recordOf(type, data, tenant, from + index)
    const comes = type === 'tenant.day.began' ? Date.parse((data as { date: string }).date) : 0
    laterMs = Math.max(laterMs, comes - record.time)
    return { ...record, time: record.time + laterMs }
  })
}

export function recordOf(type: EventType, data: unknown, tenant: string, offset: number): LogRecord {
  const asOf = (data as { asOf?: { offset: number } }).asOf
  const placed = asOf?.offset === 0 ? { ...(data as object), asOf: { ...asOf, offset } } : data
  const event = {
    specversion: '1.0',
    id: `e${offset}-${tenant}`,
    source: '/test',
    type,
    time: '2026-11-03T08:15:42.120Z',
    tenantid: tenant,
    dataversion: 1,
    data: placed,
  }
  return {
    partition: 0,
    offset,
    // ten minutes apart: the brake, which goes by the hour, has a test of its own
    time: 1_700_000_000_000 + offset * 600_000,
    key: tenant,
    value: encodeEvent(event as HibobEvent),
  }
}
