// Stores a user's next state and everything that follows from it within the event: its change, its team, its managers' counts.

import { withFormer } from '../brake.ts'
import { userChange, userChangeType } from '../changes.ts'
import type { User, UserDocument, UserStatus } from '../documents.ts'
import { selfManaged } from '../mapping.ts'
import type { Reach } from '../reach.ts'
import { settingsNow } from '../settings/in-force.ts'
import { sameValue, sharing } from '../sharing.ts'
import { trace, userDifference, userFields } from '../user-difference.ts'
import { type FoldContext, tenantState } from './fold-context.ts'
import { keepBack, setState } from './keep-back.ts'
import { withCircleCut } from './manager-circle.ts'
import { countReport, followManager, managerOf } from './manager-fold.ts'
import { meetTeam } from './team-fold.ts'
import { managerReference, wholeUser } from './whole-user.ts'

/**
 * Lays `next`, the caller's own, down and returns whom else it reaches. Its provenance and `touched` are set here.
 * `next.user` is what is desired; destructive changes are kept back where the brake says so, unless a person `approved` them.
 */
export function storeUser(
  context: FoldContext,
  former: UserDocument | null,
  next: UserDocument,
  by: 'fold' | 'approval' = 'fold',
): Reach | null {
  const { event, record, set } = context
  const told = toldOf(former)
  let user = sharing(former?.user, next.user)
  let changed = told === null ? [] : userDifference(told, user)
  const kept =
    by === 'fold' && former !== null && told !== null ? keepBack(context, former, changed, next.standing ?? null) : null
  if (kept !== null && told !== null) {
    layStanding(next, former, kept.standing)
    if (kept.fields.length > 0) {
      user = sharing(told, asTold(context, former, withFormer(user, told, kept.fields)))
      changed = userDifference(told, user)
    }
  }
  const traced = told === null ? userFields : changed.map(change => change.field)
  next.user = user
  next.provenance = trace(former?.provenance ?? [], traced, event.id, record, ruleOf(context))
  next.touched = record.offset
  set.set('users', next._id, next)
  const hidden = next.standing?.hidden === true
  if (!hidden && (told === null || changed.length > 0)) {
    const type = userChangeType(told?.status ?? null, user.status)
    context.changes.push(userChange(context, type, user, changed))
  }
  countActive(context, former?.user.status ?? null, user.status)
  countReport(context, next._id, former && managerOf(former.user), managerOf(next.user))
  const named = user.status === 'deleted' ? null : meetTeam(context, next)
  return joinReach(followManager(context, former, next), named)
}

/** Works a user out anew because something that it depends on changed; a user who differs gets its change. */
export function refreshUser(context: FoldContext, document: UserDocument): Reach | null {
  const { standing } = document
  if (document.user.status === 'deleted' && !standing?.hidden) return null
  const { id } = document.user
  const { observed, unseen_since } = document
  const desired = wholeUser(context, document, { id, observed, unseen_since, standing: standing ?? null })
  // what is held or was rejected differs from what is told, unless nobody claims it any more
  const differs =
    userDifference(document.user, desired.user).length > 0 ||
    !sameValue(standing ?? null, desired.standing) ||
    (standing?.held ?? standing?.rejected ?? null) !== null
  if (!differs) return null
  const next = { ...document, user: desired.user }
  layStanding(next, document, desired.standing)
  return storeUser(context, document, next)
}

/** A document that never had one goes without: most users never need it. */
export function layStanding(next: UserDocument, former: UserDocument | null, standing: UserDocument['standing']): void {
  if (standing == null && former?.standing === undefined) delete next.standing
  else next.standing = standing ?? null
}

/** What services know of a user. */
export function toldOf(document: UserDocument | null): User | null {
  return document === null || document.standing?.hidden ? null : document.user
}

/** A manager who is kept back is shown as they are now. */
export function asTold(context: FoldContext, former: UserDocument | null, user: User): User {
  const { id, override_manager: manager, status } = user
  const isSelf = manager === null || manager.id === id
  const shown = isSelf
    ? selfManaged(user, status)
    : { ...user, override_manager: managerReference(context, manager.id) }
  return withCircleCut(context, former, shown)
}

function countActive(context: FoldContext, from: UserStatus | null, to: UserStatus): void {
  const counts = (status: UserStatus | null) => (status === 'active' || status === 'pending' ? 1 : 0)
  const by = counts(to) - counts(from)
  if (by !== 0) setState(context, { active: (tenantState(context)?.active ?? 0) + by })
}

function ruleOf(context: FoldContext): string {
  const settings = settingsNow(tenantState(context))
  return settings === null ? 'standard' : `settings ${settings.version}`
}

function joinReach(a: Reach | null, b: Reach | null): Reach | null {
  return a !== null && b !== null ? { ...a, ...b } : (a ?? b)
}
