// Reads an answer about company lists in each of the shapes that HiBob has been seen with: one object keyed by list name, a bare array of
// lists, `{"lists": …}`, one list alone, or (of a list that was asked for by name) its bare items. Only wanted lists are kept.

import { createJsonWalk, type JsonKey, type JsonKind } from '../json/json-walk.ts'
import type { AnswerReader } from '../requests/answer.ts'
import { cutOff, type OddShape, oddShape, pathOf, type ShapeNote, type ShapeNotes } from '../shape-note.ts'
import type { NamedList, NamedListItem } from './named-list.ts'
import { addItem, type OpenList, openList, type Wanted } from './open-list.ts'

export interface ListsAnswer {
  kind: 'ok'
  /** Those of the wanted lists that the answer holds. */
  lists: NamedList[]
  notes: ShapeNote[]
}

/** `asked`: the one list that was asked for, if it was one; it may stand without its name. */
export interface WantedLists {
  wanted: Wanted
  asked: string | null
}

/** What has been entered and not left: an object or array of lists, a list, or the array of a list's items. */
type Place =
  | { is: 'lists'; path: string; kind: JsonKind; self: OpenList; others: [string, unknown][]; isWrapper: boolean }
  | { is: 'list'; list: OpenList }
  | { is: 'items'; path: string; list: OpenList; isBare: boolean }

const othersMax = 20

export function createListsReader({ wanted, asked }: WantedLists, notes: ShapeNotes): AnswerReader<ListsAnswer> {
  const places: Place[] = []
  const byName = new Map<string, Map<string, NamedListItem>>()
  /** Where the name says otherwise than the key. */
  const byKey = new Map<string, Map<string, NamedListItem>>()
  let root: { value: unknown } | null = null

  function begin(key: JsonKey, kind: JsonKind) {
    const place = places.at(-1)
    if (place?.is === 'items') return 'whole'
    const entered =
      place === undefined
        ? lists('$', kind, asked)
        : place.is === 'list'
          ? inList(place.list, key, kind)
          : inLists(place, key, kind)
    if (typeof entered === 'string') return entered
    places.push(entered)
    return 'enter'
  }

  const lists = (path: string, kind: JsonKind, key: string | null): Place => ({
    is: 'lists',
    path,
    kind,
    self: openList(path, key),
    others: [],
    isWrapper: false,
  })

  function inLists(place: Place & { is: 'lists' }, key: JsonKey, kind: JsonKind) {
    const { path, self } = place
    if (place.kind === 'list') {
      // where one list was asked for, an entry may be an item of it
      const isList = kind === 'object' && asked === null
      return isList ? listAt(`${path}[${key}]`, null) : 'whole'
    }
    const at = pathOf(path, String(key))
    if (kind === 'list' && (key === 'items' || key === 'values')) return itemsOf(self, at)
    if (path === '$' && key === 'lists') {
      place.isWrapper = true
      return lists(at, kind, null)
    }
    return kind === 'object' ? listAt(at, String(key)) : itemsOf(openList(at, String(key)), at, true)
  }

  const listAt = (path: string, key: string | null): Place => ({ is: 'list', list: openList(path, key) })

  function itemsOf(list: OpenList, path: string, isBare = false): Place {
    list.hasItems = true
    return { is: 'items', path, list, isBare }
  }

  function inList(list: OpenList, key: JsonKey, kind: JsonKind) {
    if (key === 'name') return 'whole'
    if (key !== 'items' && key !== 'values') return 'skip'
    if (kind === 'list') return itemsOf(list, pathOf(list.path, key))
    notes.odd(pathOf(list.path, key), 'a list', {})
    return 'skip'
  }

  function value(key: JsonKey, found: unknown): void {
    const place = places.at(-1)
    if (place === undefined) root = { value: found }
    else if (place.is === 'items') addItem(place.list, found, `${place.path}[${key}]`, wanted, notes)
    else if (place.is === 'list') attribute(place.list, key, found)
    else if (place.kind === 'list') entry(place, `${place.path}[${key}]`, found)
    else if (key === 'name' || key === 'items' || key === 'values') attribute(place.self, key, found)
    else if (place.others.length < othersMax) place.others.push([String(key), found])
  }

  function attribute(list: OpenList, key: JsonKey, found: unknown): void {
    const text = Array.isArray(found) && found.length === 1 ? found[0] : found
    if (key === 'name' && typeof text === 'string' && text.trim() !== '') list.name = text
    else if ((key === 'items' || key === 'values') && found !== null) notes.odd(pathOf(list.path, key), 'a list', found)
  }

  /** Of an array: what is no list there, or, where one list was asked for, a list or an item. */
  function entry({ self }: Place & { is: 'lists' }, path: string, found: unknown): void {
    if (asked === null) return notes.odd(path, 'an object with items', found)
    const { name, items, values } = (found ?? {}) as Record<string, unknown>
    if (!Array.isArray(items) && !Array.isArray(values)) {
      addItem(self, found, path, wanted, notes)
      self.hasItems ||= self.items.size > 0
      return
    }
    const list = openList(path, null)
    list.hasItems = true
    attribute(list, 'name', name)
    for (const [key, entries] of Object.entries({ items, values }))
      if (Array.isArray(entries))
        for (const [at, item] of entries.entries()) addItem(list, item, `${path}.${key}[${at}]`, wanted, notes)
    close(list)
  }

  function end(): void {
    const place = places.pop()
    if (place?.is === 'list') close(place.list)
    else if (place?.is === 'items' && place.isBare) close(place.list)
    else if (place?.is === 'lists') {
      if (place.self.hasItems) close(place.self)
      else if (!place.isWrapper)
        for (const [key, found] of place.others) notes.odd(pathOf(place.path, key), 'a list', found)
    }
  }

  function close(list: OpenList): void {
    const { key, path, items } = list
    const name = list.name ?? key ?? asked
    if (!list.hasItems) return notes.odd(path, 'an object with items', {})
    if (name === null) return notes.odd(`${path}.name`, 'a text', undefined)
    if (wanted.has(name)) {
      if (list.isTooLarge) return notes.note(path, 'a list that memory holds, its name first', 'a larger one')
      const known = byName.get(name)
      if (known === undefined) byName.set(name, items)
      else for (const [id, item] of items) if (!known.has(id)) known.set(id, item)
    } else if (key !== null && wanted.has(key) && !list.isTooLarge) byKey.set(key, items)
  }

  const walk = createJsonWalk({ begin, value, end, tooLarge })

  function tooLarge(key: JsonKey): void {
    const place = places.at(-1)
    if (place === undefined) return
    const path = place.is === 'list' ? place.list.path : place.path
    const at = typeof key === 'number' ? `${path}[${key}]` : pathOf(path, String(key))
    notes.note(at, 'a value that memory holds, nested at most 64 deep', 'a larger one')
  }

  function finish(): ListsAnswer | OddShape {
    if (!walk.finish()) return cutOff
    if (root !== null) return oddShape('$', 'an object or a list', root.value)
    const found = [...new Map([...byKey, ...byName])].map(([name, items]) => ({ name, items: [...items.values()] }))
    return { kind: 'ok', lists: found, notes: notes.found() }
  }

  return { take: walk.take, finish }
}
