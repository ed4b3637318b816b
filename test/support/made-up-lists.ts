// Company lists for the shapes of a recording: made up, and noted, so that people can refer to their items.
import type { Shape } from '@hibob-sync/hibob'
import { anything, expanded, madeUp } from './made-up.ts'

/** List → id → name. */
export type MadeUpLists = Map<string, Map<string, string>>

/** The same items stand under `values` and under `items`. */
export function listAnswer(answer: Shape, name: string, lists: MadeUpLists): unknown {
  if (name !== '') return oneList(answer, name, lists)
  if (answer.type === 'array') return expanded(answer.items).map(list => oneList(list, nameIn(list), lists))
  if (answer.type !== 'object') return null
  const { lists: wrapped } = answer.keys
  if (wrapped?.type === 'array') return { lists: listAnswer(wrapped, '', lists) }
  const keyed = Object.entries(answer.keys).map(([key, list]) => [key, oneList(list, key, lists)])
  const others = expanded(answer.others ?? []).map((list, at) => [`other ${at}`, oneList(list, `other ${at}`, lists)])
  return Object.fromEntries([...keyed, ...others])
}

const nameIn = (list: Shape) =>
  list.type === 'object' && list.keys['name']?.type === 'text' ? (list.keys['name'].word ?? '') : ''

function oneList(shape: Shape, name: string, lists: MadeUpLists): unknown {
  // an array of the one list
  if (shape.type === 'array' && shape.items.some(({ shape }) => holdsItems(shape)))
    return expanded(shape.items).map(list => oneList(list, name, lists))
  if (shape.type === 'object' && !holdsItems(shape)) {
    // under its own name, as in the keyed form
    const own = shape.keys[name]
    return own === undefined ? madeUp(shape, '', anything()) : { [name]: oneList(own, name, lists) }
  }
  const items = lists.get(name) ?? new Map<string, string>()
  lists.set(name, items)
  const firstId = 910_000 + [...lists.keys()].indexOf(name) * 1000
  const itemsOf = (one: Shape) => {
    let count = 0
    return one.type === 'array' ? listItems(one, items, () => [name, firstId + count++]) : madeUp(one, '', anything())
  }
  if (shape.type !== 'object') return itemsOf(shape)
  return Object.fromEntries(Object.entries(shape.keys).map(([key, one]) => [key, itemsOf(one)]))
}

const holdsItems = (shape: Shape) =>
  shape.type === 'object' && (shape.keys['items'] !== undefined || shape.keys['values'] !== undefined)

/** Only an item with an id and a name is one that people may refer to. */
function listItems(
  { length, items: counts }: Extract<Shape, { type: 'array' }>,
  items: Map<string, string>,
  next: () => [string, number],
): unknown[] {
  return expanded(counts)
    .slice(0, Math.max(...[length].flat()))
    .map(item => {
      if (item.type !== 'object') return madeUp(item, '', anything())
      const [list, id] = next()
      const name = `${list} ${id}`
      const isName = (key: string) => /^(name|value)$/.test(key) && item.keys[key]?.type === 'text'
      const { id: ids } = item.keys
      const hasId = ids?.type === 'number' || ids?.type === 'text'
      if (hasId && Object.keys(item.keys).some(isName)) items.set(String(id), name)
      const entries = Object.entries(item.keys).map(([key, one]) => {
        if (key === 'id' && hasId) return [key, ids.type === 'number' ? id : String(id)]
        if (isName(key)) return [key, name]
        if (key === 'children' && one.type === 'array') return [key, listItems(one, items, next)]
        return [key, madeUp(one, '', anything())]
      })
      return Object.fromEntries(entries)
    })
}
