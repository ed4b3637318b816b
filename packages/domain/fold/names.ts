// Names of list items and teams, as they stand within the event.
import { documentId, type ListItem, type ListState } from '../documents.ts'
import type { MappingContext } from '../mapping.ts'
import { inOneForm } from '../text.ts'
import { tooLong } from '../value-limits.ts'
import { type FoldContext, listState } from './fold-context.ts'

export type Names = Pick<MappingContext, 'itemName' | 'teamName'>

export function namesOf(context: FoldContext): Names {
  const { set, scope } = context
  return {
    itemName(list, item) {
      const known = itemsOf(listState(context, list))?.get(inOneForm(item))
      if (known?.tooLong !== undefined) throw tooLong(`its name in the list ${list}`, known.tooLong)
      return known?.name ?? undefined
    },
    teamName: item => set.get('teams', documentId(scope, item))?.team.name,
  }
}

// a list state is immutable, so its index can be kept as long as the document itself
const indexes = new WeakMap<ListState, Map<string, ListItem>>()

function itemsOf(state: ListState | null): Map<string, ListItem> | null {
  if (state === null) return null
  let index = indexes.get(state)
  if (index === undefined) {
    index = new Map(state.items.map(item => [item.id, item]))
    indexes.set(state, index)
  }
  return index
}
