// A company's lists (departments, sites, …) and field catalogue, in HiBob's several shapes → one plain shape each.
// Item ids are integers for sites and text elsewhere: here always text. Nested items come out flat, naming their parent.
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'

export interface NamedListItem {
  id: string
  name: string | null
  archived: boolean
  parent: string | null
}

export interface NamedList {
  name: string
  items: NamedListItem[]
}
export type CompanyLists = NamedList[]

/** One entry of the field catalogue; `listId` names the list whose item ids are the field's values. */
export interface FieldDefinition {
  id: string
  name: string | null
  category: string | null
  /** What HiBob's pages call the category, and with it the permission. */
  categoryName: string | null
  type: string | null
  listId: string | null
  historical: boolean
}

const MaybeText = Type.Optional(Type.Union([Type.String(), Type.Null()]))
const ListBody = Type.Object({
  name: Type.String(),
  items: Type.Optional(Type.Array(Type.Unknown())),
  values: Type.Optional(Type.Array(Type.Unknown())),
})
const ListItem = Type.Object({
  id: Type.Union([Type.String({ minLength: 1 }), Type.Integer()]),
  name: MaybeText,
  value: MaybeText,
  archived: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  children: Type.Optional(Type.Union([Type.Array(Type.Unknown()), Type.Null()])),
})
const FieldEntries = Type.Array(
  Type.Object({
    id: Type.String(),
    name: MaybeText,
    category: MaybeText,
    categoryDisplayName: MaybeText,
    type: MaybeText,
    typeData: Type.Optional(Type.Union([Type.Object({ listId: MaybeText }), Type.Null()])),
    historical: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  }),
)
const checkList = Compile(ListBody)
const checkLists = Compile(Type.Object({ lists: Type.Array(ListBody) }))
const checkItem = Compile(ListItem)
const checkFields = Compile(FieldEntries)

/** `{lists: […]}`; null when it has another shape, or when one item cannot be read: a list is known whole or not at all. */
export function readLists(value: unknown): CompanyLists | null {
  if (!checkLists.Check(value)) return null
  const lists = value.lists.map(readList)
  return lists.includes(null) ? null : (lists as CompanyLists)
}

export function readList(value: unknown): NamedList | null {
  if (!checkList.Check(value)) return null
  const items = new Map<string, NamedListItem>()
  return addItems(items, value.items ?? value.values ?? [], null)
    ? { name: value.name, items: [...items.values()] }
    : null
}

function addItems(items: Map<string, NamedListItem>, values: unknown[], parent: string | null): boolean {
  return values.every(value => {
    if (!checkItem.Check(value)) return false
    const { name, value: text, archived, children } = value as Static<typeof ListItem>
    const id = String(value.id)
    if (!items.has(id)) items.set(id, { id, name: name ?? text ?? null, archived: archived ?? false, parent })
    return addItems(items, children ?? [], id)
  })
}

/** A bare array, or `{fields: […]}`. */
export function readFields(value: unknown): FieldDefinition[] | null {
  const entries = Array.isArray(value) ? value : (value as { fields?: unknown } | null)?.fields
  if (!checkFields.Check(entries)) return null
  return entries.map(({ id, name, category, categoryDisplayName, type, typeData, historical }) => ({
    id,
    name: name ?? null,
    category: category ?? null,
    categoryName: categoryDisplayName ?? null,
    type: type ?? null,
    listId: typeData?.listId ?? null,
    historical: historical ?? false,
  }))
}
