// What an event in slices makes of a user whom it has not come to yet: their reports, who may come first, are told what will stand.
import { withFormer } from '../brake.ts'
import type { User, UserDocument } from '../documents.ts'
import { unknownManager } from '../mapping.ts'
import { userDifference } from '../user-difference.ts'
import type { WorkingSet } from '../working-set.ts'
import { desiredUser } from './desired-user.ts'
import type { FoldContext } from './fold-context.ts'
import { fieldsKeptBack } from './keep-back.ts'
import { namesOf } from './names.ts'

export function prospectiveUser(context: FoldContext, document: UserDocument): User {
  const { event, record } = context
  if (document.touched >= record.offset) return document.user
  if (event.type === 'tenant.hold.approved') {
    const { holdId, userIds } = event.data
    const { held } = document.standing ?? {}
    const isApproved = held?.id === holdId && (userIds?.includes(document.user.id) ?? true)
    return isApproved ? { ...document.user, ...held.claims } : document.user
  }
  const changesMany = event.type === 'tenant.settings.changed' || event.type === 'tenant.day.began'
  if (!changesMany || (document.user.status === 'deleted' && !document.standing?.hidden)) return document.user
  let known = workedOutIn.get(context.set)
  if (known === undefined) {
    known = new Map()
    workedOutIn.set(context.set, known)
  }
  const user = known.get(document._id) ?? workedOut(context, document)
  known.set(document._id, user)
  return user
}

// a manager's reports all ask for the same, and within one slice the answer is the same
const workedOutIn = new WeakMap<WorkingSet, Map<string, User>>()

function workedOut(context: FoldContext, document: UserDocument): User {
  const { user, observed, unseen_since, standing = null } = document
  // nobody asks a manager for their own manager
  const names = { ...namesOf(context), managerReference: unknownManager }
  const desired = desiredUser(context, names, document, { id: user.id, observed, unseen_since, standing }).user
  if (standing?.hidden) return desired
  return withFormer(desired, user, fieldsKeptBack(context, document, userDifference(user, desired)))
}
