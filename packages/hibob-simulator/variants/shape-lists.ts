// A company's lists, all of them or one, in the shape that a tenant's HiBob gives them.
import type { ListItem } from '../company-lists.ts'
import type { Variants } from './dimensions.ts'
import { hugeList, oddForeignLists } from './foreign-lists.ts'
import { shapeItems } from './shape-items.ts'

export interface PlainList {
  name: string
  items: readonly ListItem[]
}

/** The JSON of `GET /company/named-lists`, piece by piece. */
export function* shapeLists(lists: readonly PlainList[], variants: Variants): Generator<string> {
  const isKeyed = variants.lists !== 'array' && variants.lists !== 'wrapped'
  const key = (name: string) => (isKeyed ? `${JSON.stringify(name)}:` : '')
  yield isKeyed ? '{' : variants.lists === 'array' ? '[' : '{"lists":['
  let separator = ''
  // foreign lists come first, so that whoever stumbles over one has none of the others yet
  if (variants.foreignLists === 'huge') {
    yield key('costcentre')
    yield* hugeList('costcentre')
    separator = ','
  }
  const odd = variants.foreignLists === 'odd' ? oddForeignLists : []
  const own = lists.map(list => [list.name, shapeList(list, variants)] as const)
  for (const [name, list] of [...odd, ...own]) {
    yield separator + key(name) + JSON.stringify(list)
    separator = ','
  }
  yield isKeyed ? '}' : variants.lists === 'array' ? ']' : ']}'
}

/** The answer of `GET /company/named-lists/{name}`, where single lists are served. */
export function shapeSingleList(list: PlainList, variants: Variants): unknown {
  const body = itemsUnderKeys(list, variants)
  switch (variants.singleLists) {
    case 'keyed':
      return { [list.name]: { name: list.name, ...body } }
    case 'without-name':
      return body
    case 'array':
      return [{ name: list.name, ...body }]
    case 'items':
      return shapeItems(list.name, list.items, variants)
    default:
      return { name: list.name, ...body }
  }
}

function shapeList(list: PlainList, variants: Variants): unknown {
  const body = itemsUnderKeys(list, variants)
  if (variants.lists === 'keyed-without-names') return body
  return variants.lists === 'name-last' ? { ...body, name: list.name } : { name: list.name, ...body }
}

function itemsUnderKeys({ name, items }: PlainList, variants: Variants) {
  const shaped = shapeItems(name, items, variants)
  return {
    ...(variants.listItems !== 'items' && { values: shaped }),
    ...(variants.listItems !== 'values' && { items: shaped }),
  }
}
