// What the mapping asks of the other documents, as they stand within the event.
import { documentId, type ListItem, type ListState, type ManagerReference, type UserDocument } from '../documents.ts'
import type { MappingContext } from '../mapping.ts'
import { type FoldContext, listState } from './fold-context.ts'
import { stateOfManager } from './manager-fold.ts'

export function mappingContext(context: FoldContext): MappingContext {
  const { set, scope } = context
  return {
    itemName: (list, item) => itemsOf(listState(context, list))?.get(item)?.name ?? undefined,
    teamName: item => set.get('teams', documentId(scope, item))?.team.name,
    managerReference: id => managerReference(id, set.get('users', documentId(scope, id))),
  }
}

function managerReference(id: string, document: UserDocument | null): ManagerReference {
  // whoever is outside the scope is no user, and is shown as one that is not known
  const shown = document?.standing?.hidden ? null : document
  return {
    id,
    email: shown?.user.email ?? null,
    full_name: shown?.user.full_name ?? null,
    state: stateOfManager(document),
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
