// Stores a user's next state and everything that follows from it within the event: its change, its team, its managers' counts.
import { userChange, userChangeType } from '../changes.ts'
import { documentId, type ListItem, type ListState, type ManagerReference, type UserDocument } from '../documents.ts'
import { type MappingContext, managerIdOf, mapUser } from '../mapping.ts'
import type { Reach } from '../reach.ts'
import { sharing } from '../sharing.ts'
import { trace, userDifference, userFields } from '../user-difference.ts'
import { type FoldContext, listState } from './fold-context.ts'
import { countReport, followManager, stateOfManager } from './manager-fold.ts'
import { meetTeam } from './team-fold.ts'

/** The mapping of a user from what is kept of it, as list items, teams and managers stand now. */
export function mapKept(context: FoldContext, employeeId: string, kept: UserDocument['observed']) {
  return mapUser(employeeId, kept, mappingContext(context))
}

/** Lays `next`, the caller's own, down and returns whom else it reaches. Its provenance and `touched` are set here. */
export function storeUser(context: FoldContext, former: UserDocument | null, next: UserDocument): Reach | null {
  const { event, record, set } = context
  const user = sharing(former?.user, next.user)
  const changed = former === null ? [] : userDifference(former.user, user)
  const traced = former === null ? userFields : changed.map(change => change.field)
  next.user = user
  next.provenance = trace(former?.provenance ?? [], traced, event.id, record)
  next.touched = record.offset
  set.set('users', next._id, next)
  if (former === null || changed.length > 0) {
    const type = userChangeType(former?.user.status ?? null, user.status)
    context.changes.push(userChange(context, type, user, changed))
  }
  countReport(context, next._id, countedManager(former), countedManager(next))
  const named = user.status === 'deleted' ? null : meetTeam(context, next)
  return joinReach(followManager(context, former, next), named)
}

/** Maps a user anew because something that it refers to changed; a user who differs gets its change. */
export function refreshUser(context: FoldContext, document: UserDocument): void {
  if (document.user.status === 'deleted') return
  const user = mapKept(context, document.user.id, document.observed)
  if (userDifference(document.user, user).length > 0) storeUser(context, document, { ...document, user })
}

function countedManager(document: UserDocument | null): string | null {
  return document === null || document.user.status === 'deleted' ? null : managerIdOf(document.observed)
}

function joinReach(a: Reach | null, b: Reach | null): Reach | null {
  return a !== null && b !== null ? { ...a, ...b } : (a ?? b)
}

function mappingContext(context: FoldContext): MappingContext {
  const { set, scope } = context
  return {
    itemName: (list, item) => itemsOf(listState(context, list))?.get(item)?.name ?? undefined,
    teamName: item => set.get('teams', documentId(scope, item))?.team.name,
    managerReference: id => managerReference(id, set.get('users', documentId(scope, id))),
  }
}

function managerReference(id: string, document: UserDocument | null): ManagerReference {
  return {
    id,
    email: document?.user.email ?? null,
    full_name: document?.user.full_name ?? null,
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
