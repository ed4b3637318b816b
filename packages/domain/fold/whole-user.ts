// A user by all that is known, the manager included.
import { documentId, type ManagerReference, type UserDocument } from '../documents.ts'
import { type MappingContext, managerStateOf } from '../mapping.ts'
import { waitsForStatus } from '../standing.ts'
import { type Desired, desiredUser, type Known } from './desired-user.ts'
import type { FoldContext } from './fold-context.ts'
import { withCircleCut } from './manager-circle.ts'
import { namesOf } from './names.ts'
import { prospectiveUser } from './prospective-user.ts'

/** Before the brake has its say. */
export function wholeUser(context: FoldContext, former: UserDocument | null, known: Known): Desired {
  const { user, standing } = desiredUser(context, mappingContext(context), former, known)
  return { user: withCircleCut(context, former, user), standing }
}

function mappingContext(context: FoldContext): MappingContext {
  const { itemName, teamName } = namesOf(context)
  return { itemName, teamName, managerReference: id => managerReference(context, id) }
}

/** A manager as reports show them. */
export function managerReference(context: FoldContext, id: string): ManagerReference {
  const document = context.set.get('users', documentId(context.scope, id))
  if (document === null || waitsForStatus(document)) return { id, email: null, full_name: null, state: 'unknown' }
  const { email, full_name, status } = prospectiveUser(context, document)
  // whoever is outside the scope is no user, and nothing is told of them
  if (document.standing?.hidden && status === 'deleted') return { id, email: null, full_name: null, state: 'inactive' }
  return { id, email, full_name, state: managerStateOf(status) }
}
