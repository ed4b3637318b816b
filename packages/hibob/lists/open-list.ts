// One list of an answer while it is read: what is kept of it depends on whether it is wanted, which its key or its name says, and the name
// may come last. So a list that nobody wants costs no memory, and one whose name is not known yet only so much.
import type { ShapeNotes } from '../shape-note.ts'
import { readItem } from './list-item.ts'
import type { NamedListItem } from './named-list.ts'

/** Names of lists. */
export interface Wanted {
  has(name: string): boolean
}

export interface OpenList {
  path: string
  /** Under which it stands; null in a bare list. */
  key: string | null
  name: string | null
  /** Whether it has `items` or `values` at all. */
  hasItems: boolean
  items: Map<string, NamedListItem>
  /** Roughly the bytes of what is kept. */
  cost: number
  isTooLarge: boolean
}

/** Of a list whose name is still to come, and of one that is wanted. */
const unnamedCostMax = 8 * 1024 * 1024
const wantedCostMax = 96 * 1024 * 1024
const itemCost = 200

export const openList = (path: string, key: string | null): OpenList => ({
  path,
  key,
  name: null,
  hasItems: false,
  items: new Map(),
  cost: 0,
  isTooLarge: false,
})

export function isWanted({ key, name }: OpenList, wanted: Wanted): boolean {
  return (key !== null && wanted.has(key)) || (name !== null && wanted.has(name))
}

/** Of the same id the first item counts: it stands under `values` and under `items`. */
export function addItem(list: OpenList, value: unknown, path: string, wanted: Wanted, notes: ShapeNotes): void {
  const isNamed = isWanted(list, wanted)
  const isKept = isNamed || list.name === null
  readItem(value, path, notes, item => {
    if (!isKept || list.isTooLarge || list.items.has(item.id)) return
    list.items.set(item.id, item)
    list.cost += itemCost + item.id.length + (item.name?.length ?? 0)
    if (list.cost <= (isNamed ? wantedCostMax : unnamedCostMax)) return
    list.isTooLarge = true
    list.items.clear()
  })
}
