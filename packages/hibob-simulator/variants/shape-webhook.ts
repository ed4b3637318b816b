// A webhook's body in the shape that a tenant's HiBob sends it. What is signed is the text as it comes out here.
import type { Variants } from './dimensions.ts'
import { exactNumber, isDigits } from './exact-number.ts'

type Json = Record<string, unknown>
interface Update {
  id: string
}

const byteOrderMark = '\ufeff'
const idKeys = new Set(['companyId', 'triggeredBy', 'employeeId', 'id'])

export function webhookText(body: Json, variants: Variants): string {
  const shaped = withIds(withUpdates(withoutVersion(body, variants), variants), variants) as Json
  const text = JSON.stringify(shaped, null, variants.webhookText === 'spread' ? 2 : 0)
  return variants.webhookText === 'bom' ? byteOrderMark + text : text
}

function withoutVersion(body: Json, { webhooks }: Variants): Json {
  const { version: _, ...others } = body
  return webhooks === 'v2-without-version' ? others : body
}

function withUpdates(body: Json, { fieldUpdates, webhooks }: Variants): Json {
  const { fieldUpdates: updates, ...data } = body['data'] as { fieldUpdates?: Update[] }
  if (updates === undefined || fieldUpdates === 'objects' || webhooks === 'v1') return body
  switch (fieldUpdates) {
    case 'texts':
      return { ...body, data: { ...data, fieldUpdates: updates.map(({ id }) => id) } }
    case 'other-key':
      return { ...body, data: { ...data, fieldUpdatesIds: updates } }
    case 'absent':
      return { ...body, data }
  }
}

const idShapes = {
  texts: (id: unknown) => String(id),
  numbers: (id: unknown) => exactNumber(String(id)),
  'in-lists': (id: unknown) => [id],
} as const

function withIds(value: unknown, { webhookIds }: Variants): unknown {
  return webhookIds === 'number-for-company' ? value : eachId(value, idShapes[webhookIds])
}

function eachId(value: unknown, shape: (id: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(item => eachId(item, shape))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, item]) => {
    const isId = idKeys.has(key) && (typeof item === 'number' || isDigits(item))
    return [key, isId ? shape(item) : eachId(item, shape)]
  })
  return Object.fromEntries(entries)
}
