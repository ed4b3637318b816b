// Why a user is as it is, or is none: from documents and the records of the log that they lead to. Pure.
import { waitsForStatus } from '../standing.ts'
import type { Evidence } from './evidence.ts'
import { explainedFields, explainField } from './explain-field.ts'
import { isKnown, personSteps } from './explain-person.ts'
import type { Explanation } from './explanation.ts'

/** Of every field, or of one; of none when the user has no such field. */
export function explain(evidence: Evidence, field?: string): Explanation {
  const { tenant, userId, user } = evidence
  return {
    tenant: tenant.id,
    user: userId,
    standing: standingOf(evidence),
    status: user === null || waitsForStatus(user) ? null : user.user.status,
    generation: tenant.generation,
    steps: personSteps(evidence),
    fields: user === null ? [] : wantedFields(evidence, field).map(name => explainField(evidence, user, name)),
  }
}

function wantedFields({ user }: Evidence, field: string | undefined): string[] {
  const all = user === null ? [] : explainedFields(user.user)
  return field === undefined ? all : all.filter(name => name === field)
}

function standingOf(evidence: Evidence): Explanation['standing'] {
  const { user } = evidence
  if (user?.standing?.hidden) return 'not_a_user'
  if (user !== null) return user.user.status === 'deleted' ? 'deleted' : 'user'
  return isKnown(evidence) ? 'not_a_user' : 'unknown'
}
