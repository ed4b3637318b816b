// The items of a company's list, in the shape that a tenant's HiBob gives them.
import type { ListItem } from '../company-lists.ts'
import type { Variants } from './dimensions.ts'
import { exactNumber } from './exact-number.ts'

export function shapeItems(list: string, items: readonly ListItem[], variants: Variants): unknown[] {
  const shaped = nested(list, items, null, variants)
  return variants.oddItems === 'some' ? amongOddItems(shaped) : shaped
}

function nested(list: string, items: readonly ListItem[], parent: string | null, variants: Variants): unknown[] {
  const below = items.filter(item => item.parent === parent)
  return below.map(item => shapeItem(list, item, nested(list, items, item.id, variants), variants))
}

function shapeItem(list: string, item: ListItem, children: unknown[], variants: Variants): unknown {
  const { itemNames, itemDetails } = variants
  const name = variants.unicode === 'decomposed' ? item.name.normalize('NFD') : item.name
  return {
    id: shapeId(list, item.id, variants),
    ...(itemNames === 'name' ? {} : { value: name }),
    ...(itemNames === 'value' ? {} : { name }),
    ...detailsOf(itemDetails, item.archived, children),
  }
}

function shapeId(list: string, id: string, { itemIds, unicode }: Variants): unknown {
  if (itemIds === 'numbers' || (itemIds === 'numbers-for-sites' && list === 'site')) return exactNumber(id)
  return unicode === 'decomposed' ? id.normalize('NFD') : id
}

function detailsOf(details: Variants['itemDetails'], archived: boolean, children: unknown[]) {
  switch (details) {
    case 'whole':
      return { archived, children }
    case 'sparse':
      return { ...(archived && { archived }), ...(children.length > 0 && { children }) }
    case 'nulls':
      return { archived: archived || null, children: children.length > 0 ? children : null }
  }
}

/** Before, between and after the real ones, so that none of them passes for the end of a list. */
function amongOddItems(items: unknown[]): unknown[] {
  const [first, ...others] = items
  return [
    null,
    { id: 7, value: 7, name: 7 },
    { value: 'No id', name: 'No id', archived: false, children: [] },
    ...(first === undefined ? [] : [first]),
    { id: null, value: 'Null id', name: 'Null id', archived: false, children: [] },
    'A text',
    { id: { of: 'an object' }, value: 'Object id', name: 'Object id' },
    ...others,
    { id: '990001', value: { text: 'An object' }, name: { text: 'An object' }, archived: 'no', children: 'none' },
    { id: '990002' },
    [],
  ]
}
