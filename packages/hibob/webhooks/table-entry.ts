// What a `table.entry.*` webhook says beyond the person: which table, and from when its row holds.
import { nestsShallowly, parseJson } from '../json-text.ts'
import { bodyBytes, type StoredBody } from './webhook-body.ts'

/** `effectiveDate` (`YYYY-MM-DD`) for tables with a history, `rowId` for the others; HiBob sends one of the two, formerly both. */
export interface TableEntry {
  tableId: string
  effectiveDate: string | null
  rowId: string | null
}

const isoDate = /^\d{4}-\d{2}-\d{2}(?=$|T)/

/** From the data of a `hibob.webhook.received` event; null when it is about no table row or cannot be read. Never throws. */
export function tableEntryOf(stored: StoredBody): TableEntry | null {
  const data = dataOf(bodyBytes(stored).toString('utf8'))
  if (typeof data?.tableId !== 'string') return null
  const { tableId, effectiveDate, id } = data
  return {
    tableId,
    effectiveDate: typeof effectiveDate === 'string' ? (isoDate.exec(effectiveDate)?.[0] ?? null) : null,
    rowId: typeof id === 'string' || typeof id === 'number' ? String(id) : null,
  }
}

function dataOf(text: string): Record<string, unknown> | null {
  if (!nestsShallowly(text)) return null
  try {
    const envelope = parseJson(text) as { data?: Record<string, unknown> } | null
    const data = envelope?.data
    return typeof data === 'object' ? data : null
  } catch {
    return null
  }
}
