// `hibob.lists.observed` (protocol P9): per item the greatest asOf wins; a renamed item reaches everyone who holds it, a moved one its team.
import { compareAsOf } from '../as-of.ts'
import { type ListItem, listStateId } from '../documents.ts'
import { listFields } from '../hibob-fields.ts'
import type { Reach } from '../reach.ts'
import { settingsNow } from '../settings/in-force.ts'
import { inOneForm } from '../text.ts'
import { type FoldContext, listState, tenantState } from './fold-context.ts'

export function foldLists(context: FoldContext<'hibob.lists.observed'>): Reach | null {
  const { data } = context.event
  if (!isUsed(context, data.list)) return null
  const state = listState(context, data.list)
  const items = new Map<string, ListItem>((state?.items ?? []).map(item => [item.id, item]))
  const hasParents = settingsNow(tenantState(context))?.compiled.settings.team_parents === true
  const differing: string[] = []
  let newer = false
  for (const seen of data.items) {
    const item = { ...seen, id: inOneForm(seen.id), parent: seen.parent === null ? null : inOneForm(seen.parent) }
    const known = items.get(item.id)
    if (known !== undefined && compareAsOf(data.asOf, known.asOf) <= 0) continue
    newer = true
    if (known?.name !== item.name || (hasParents && known.parent !== item.parent)) differing.push(item.id)
    items.set(item.id, { ...item, asOf: data.asOf })
  }
  if (!newer) return null
  const id = listStateId(context.scope, data.list)
  const sorted = [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  context.set.set('states', id, { _id: id, ...context.scope, kind: 'list', list: data.list, items: sorted })
  return differing.length > 0 ? { items: { list: data.list, ids: differing } } : null
}

function isUsed(context: FoldContext, list: string): boolean {
  if (Object.hasOwn(listFields, list)) return true
  const settings = settingsNow(tenantState(context))
  return settings !== null && [settings.compiled, settings.former].some(({ lists }) => lists.includes(list))
}
