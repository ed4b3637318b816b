// What a field of a person holds, as a tenant's HiBob shows it. Undefined: it is not shown.
import type { Field } from '../field-catalogue.ts'
import type { Variants } from './dimensions.ts'
import { exactNumber, isDigits } from './exact-number.ts'

const hiddenCategory = { nothing: null, work: 'Work', lifecycle: 'Lifecycle' } as const
const lifecycleWords = new Set(['internal.status', 'internal.lifecycleStatus'])
/** Fields of a company's own hold lists anyway, and their texts are nobody else's matter. */
const isStandard = ({ id }: Field) => !id.includes('.custom')

export function shapeValue(field: Field, value: unknown, variants: Variants): unknown {
  if (field.category === hiddenCategory[variants.hidden]) return undefined
  if (field.id === 'root.id') return personIds[variants.personIds](value)
  if (field.id === 'work.reportsTo' && variants.references === 'manager') return undefined
  if (value === null) return emptyAs[variants.empties]
  if (field.id === 'work.title' && variants.unreadable === 'title') return [value, 'Another title']
  const shaped =
    field.type === 'employee' ? reference(value as { id: string }, variants) : plainValue(field, value, variants)
  return variants.values === 'in-list' && isStandard(field) && !Array.isArray(shaped) ? [shaped] : shaped
}

const personIds = { texts: (id: unknown) => id, numbers: exactNumber, 'in-list': (id: unknown) => [id] } as const
const emptyAs = { null: null, blank: '  ', list: [], absent: undefined } as const

function reference(manager: { id: string }, { references, unicode }: Variants): unknown {
  switch (references) {
    case 'id':
      return manager.id
    case 'number':
      return exactNumber(manager.id)
    case 'in-list':
      return [eachMark(manager, unicode)]
    default:
      return eachMark(manager, unicode)
  }
}

function plainValue(field: Field, value: unknown, variants: Variants): unknown {
  if (field.listId !== undefined && isStandard(field)) return itemReference(field, value, variants)
  if (typeof value !== 'string') return value
  if (field.type === 'date') return variants.dates === 'times' ? `${value}T00:00:00` : value
  const spelt = lifecycleWords.has(field.id) ? word(value, variants) : value
  if (variants.values === 'blanks-around' && (lifecycleWords.has(field.id) || field.id === 'root.email'))
    return ` ${spelt}\t`
  if (variants.values === 'numbers' && isStandard(field) && field.type === 'text' && isDigits(spelt))
    return exactNumber(spelt)
  return eachMark(spelt, variants.unicode)
}

function itemReference({ listId }: Field, value: unknown, { itemReferences, unicode }: Variants): unknown {
  const id = String(value)
  if (itemReferences === 'numbers' || (itemReferences === 'number-for-site' && listId === 'site'))
    return exactNumber(id)
  return eachMark(id, unicode)
}

function word(value: string, { spelling }: Variants): string {
  if (spelling === 'mixed') return value
  return spelling === 'lower' ? value.toLowerCase() : value.toUpperCase()
}

function eachMark(value: unknown, unicode: Variants['unicode']): unknown {
  if (unicode === 'composed') return value
  if (typeof value === 'string') return value.normalize('NFD')
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, eachMark(item, unicode)]))
}
