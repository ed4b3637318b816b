// `hibob.lists.observed` (protocol P9): per item the greatest asOf wins; a renamed item reaches everyone who holds it, a moved one its team.
import { compareAsOf } from '../as-of.ts'
import { type ListItem, listStateId } from '../documents.ts'
import type { EventData } from '../events.ts'
import { listFields } from '../hibob-fields.ts'
import type { Reach } from '../reach.ts'
import { settingsNow } from '../settings/in-force.ts'
import { inOneForm } from '../text.ts'
import { charactersOf, isTooLong } from '../value-limits.ts'
import { type FoldContext, listState, tenantState } from './fold-context.ts'
import { roomForItems } from './room.ts'

export function foldLists(context: FoldContext<'hibob.lists.observed'>): Reach | null {
  const { data } = context.event
  if (!isUsed(context, data.list)) return null
  const state = listState(context, data.list)
  const items = new Map<string, ListItem>((state?.items ?? []).map(item => [item.id, item]))
  const hasParents = settingsNow(tenantState(context))?.compiled.settings.team_parents === true
  const hasRoom = roomForItems(context.record, items)
  const differing: string[] = []
  let newer = false
  for (const seen of data.items) {
    const item = { ...shortened(seen), asOf: data.asOf }
    // nobody holds an item of whose id no text is kept
    if (isTooLong(item.id)) continue
    const known = items.get(item.id)
    if (known !== undefined && compareAsOf(data.asOf, known.asOf) <= 0) continue
    if (!hasRoom(item, known)) continue
    newer = true
    if (known?.name !== item.name || known.tooLong !== item.tooLong || (hasParents && known.parent !== item.parent))
      differing.push(item.id)
    items.set(item.id, item)
  }
  if (!newer) return null
  const id = listStateId(context.scope, data.list)
  const sorted = [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  context.set.set('states', id, { _id: id, ...context.scope, kind: 'list', list: data.list, items: sorted })
  return differing.length > 0 ? { items: { list: data.list, ids: differing } } : null
}

type Seen = EventData<'hibob.lists.observed'>['items'][number]

function shortened({ id, name, parent, archived }: Seen): Omit<ListItem, 'asOf'> {
  const above = parent === null ? null : inOneForm(parent)
  const item = { id: inOneForm(id), name, archived, parent: above === null || isTooLong(above) ? null : above }
  return name !== null && isTooLong(name) ? { ...item, name: null, tooLong: charactersOf(name) } : item
}

function isUsed(context: FoldContext, list: string): boolean {
  if (Object.hasOwn(listFields, list)) return true
  const settings = settingsNow(tenantState(context))
  return settings !== null && [settings.compiled, settings.former].some(({ lists }) => lists.includes(list))
}
