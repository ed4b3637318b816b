// People who manage each other in a circle. It is cut at its smallest id, whose reference is `cyclic`; the others' are a chain.
// What is cut follows from who manages whom alone. Whoever keeps their manager keeps the cut, unless somebody else's manager changed.
import { documentId, type User, type UserDocument } from '../documents.ts'
import type { CompiledSettings } from '../settings/compiled.ts'
import { settingsNow } from '../settings/in-force.ts'
import { type FoldContext, tenantState } from './fold-context.ts'
import { managerOf } from './manager-fold.ts'
import { prospectiveUser } from './prospective-user.ts'

/** A circle of more people is listed, and not cut: each step of a walk may have to be loaded. */
const circleMax = 32

/** `user` with the reference to their manager cut where they are the smallest of a circle. */
export function withCircleCut(context: FoldContext, former: UserDocument | null, user: User): User {
  const { override_manager: manager } = user
  if (manager === null || manager.state === 'cyclic' || !isCut(context, former, user)) return user
  return { ...user, override_manager: { ...manager, state: 'cyclic' } }
}

function isCut(context: FoldContext, former: UserDocument | null, user: User): boolean {
  const id = user.override_manager?.id ?? null
  const known = former?.user.override_manager
  const isDeleted = user.status === 'deleted'
  const isSame = former !== null && managerOf(former.user) === id && !context.looksForCircles
  // the deleted are in no circle, and stay as they were
  if (known?.id === id && (isDeleted || isSame)) return known?.state === 'cyclic'
  return id !== null && !isDeleted && isSmallest(context, user.id, id)
}

function isSmallest(context: FoldContext, id: string, managerId: string): boolean {
  if (managerId === id) return true
  if (!mayHaveReports(context, id)) return false
  const keeps = keepsManagers(context)
  const circle = walkUp(id, managerId, at => {
    const document = at < id ? null : context.set.get('users', documentId(context.scope, at))
    if (document === null) return null
    // a user who is not come to yet is taken as this event will leave them, which takes long to work out
    return managerOf(keeps && !document.standing?.hidden ? document.user : prospectiveUser(context, document))
  })
  return circle !== null && smallestOf(circle) === id
}

/** Whether settings leave everybody who is told of with the manager they have; who comes into the scope gets one. */
function keepsManagers(context: FoldContext): boolean {
  if (context.event.type !== 'tenant.settings.changed') return false
  const now = settingsNow(tenantState(context))
  const isTold = (settings?: CompiledSettings) => settings?.settings.override_manager !== false
  return isTold(now?.compiled) === isTold(now?.former)
}

/** Of the circle that somebody is or was in under a manager, given everybody else as stored, the smallest; null: it is none. */
export function smallestInCircle({ set, scope }: FoldContext, id: string, managerId: string): string | null {
  if (managerId === id) return id
  if (set.get('managers', documentId(scope, id)) === null) return null
  const circle = walkUp(id, managerId, at => {
    const document = set.get('users', documentId(scope, at))
    return document === null ? null : managerOf(document.user)
  })
  return circle === null ? null : smallestOf(circle)
}

function walkUp(id: string, managerId: string, managerIn: (id: string) => string | null): string[] | null {
  const walked = [id]
  for (let at: string | null = managerId; at !== null && walked.length <= circleMax; at = managerIn(at)) {
    if (at === id) return walked
    walked.push(at)
  }
  return null
}

/** Settings can give someone their first reports, who are not counted yet. */
function mayHaveReports({ event, scope, set }: FoldContext, id: string): boolean {
  return event.type === 'tenant.settings.changed' || set.get('managers', documentId(scope, id)) !== null
}

const smallestOf = (ids: readonly string[]) => [...ids].sort()[0] ?? null
