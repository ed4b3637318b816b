// Silence, deletion, revocation: a person who is not there is unseen, and nothing else follows by itself, unless an `employee.deleted`
// webhook came first. Access that HiBob revokes at once ends at once.
import { compareAsOf } from '../as-of.ts'
import { documentId, type PersonTrace, personTraceId, type Standing, type UserDocument } from '../documents.ts'
import { isoTime } from '../iso-time.ts'
import type { Reach } from '../reach.ts'
import { settingsNow } from '../settings/in-force.ts'
import { noStanding } from '../standing.ts'
import { type FoldContext, tenantState } from './fold-context.ts'
import { personTrace } from './observed-fold.ts'
import { storePerson } from './store-person.ts'
import { layStanding } from './store-user.ts'
import { wholeUser } from './whole-user.ts'

export function foldMissing(context: FoldContext<'hibob.employee.missing'>): Reach | null {
  const { employeeId, asOf } = context.event.data
  const former = context.set.get('users', documentId(context.scope, employeeId))
  if (former === null) {
    const known = personTrace(context, employeeId)
    if (known?.asOf && compareAsOf(asOf, known.asOf) <= 0) return null
    storeTrace(context, employeeId, { asOf, deletionClaim: known?.deletionClaim ?? null })
    return null
  }
  if (compareAsOf(asOf, former.asOf) <= 0) return null
  const deleted = former.deletionClaim !== null && asOf.offset >= former.deletionClaim
  const unseen_since = former.unseen_since ?? isoTime(context.record.time)
  const standing = deleted ? { ...(former.standing ?? noStanding), deleted } : (former.standing ?? null)
  return storeAnew(context, former, { ...former, asOf, unseen_since }, standing)
}

/** A webhook that says more than that a person is to be read. */
export function foldWebhook(context: FoldContext<'hibob.webhook.received'>): Reach | null {
  const { webhookType, employeeId, companyMismatch } = context.event.data
  if (employeeId === null || companyMismatch) return null
  if (webhookType === 'employee.deleted') return foldDeletionClaim(context, employeeId)
  if (webhookType === 'employee.access.revoked.immediately') return foldRevocation(context, employeeId)
  return null
}

/** The first unrefuted `employee.deleted` is noted, so that a reading at or past it which finds nobody deletes the user. */
function foldDeletionClaim(context: FoldContext, employeeId: string): null {
  const { record, set, scope } = context
  const former = set.get('users', documentId(scope, employeeId))
  const known = former ?? personTrace(context, employeeId)
  // a reading at or past this webhook has been folded, so the webhook has been too, and may have been refuted since
  if (known?.asOf && known.asOf.offset >= record.offset) return null
  if ((known?.deletionClaim ?? null) !== null) return null
  if (former !== null) set.set('users', former._id, { ...former, deletionClaim: record.offset, touched: record.offset })
  else storeTrace(context, employeeId, { asOf: known?.asOf ?? null, deletionClaim: record.offset })
  return null
}

function foldRevocation(context: FoldContext, employeeId: string): Reach | null {
  const { record, set, scope } = context
  const former = set.get('users', documentId(scope, employeeId))
  if (former === null || former.asOf.offset >= record.offset || former.user.status === 'deleted') return null
  if (former.standing?.revokedAt != null) return null
  return storeAnew(context, former, { ...former }, { ...(former.standing ?? noStanding), revokedAt: record.offset })
}

/** `next`: the caller's own copy of the document, whose user is worked out here. */
function storeAnew(
  context: FoldContext,
  former: UserDocument,
  next: UserDocument,
  standing: Standing | null,
): Reach | null {
  const { observed, unseen_since } = next
  // what is standard does not follow from silence, and a user who is gone stays as it was
  const same = standing === (former.standing ?? null) && settingsNow(tenantState(context)) === null
  if (same || former.user.status === 'deleted') return storePerson(context, former, next)
  const desired = wholeUser(context, former, { id: former.user.id, observed, unseen_since, standing })
  next.user = desired.user
  layStanding(next, former, desired.standing)
  return storePerson(context, former, next)
}

function storeTrace(
  context: FoldContext,
  employeeId: string,
  trace: Pick<PersonTrace, 'asOf' | 'deletionClaim'>,
): void {
  const id = personTraceId(context.scope, employeeId)
  context.set.set('states', id, { _id: id, ...context.scope, kind: 'person', ...trace })
}
