// Silence and deletion: a person who is not there is unseen, and nothing else follows, unless an `employee.deleted` webhook came first.
import { compareAsOf } from '../as-of.ts'
import { documentId, type PersonTrace, personTraceId } from '../documents.ts'
import { isoTime } from '../iso-time.ts'
import type { Reach } from '../reach.ts'
import type { FoldContext } from './fold-context.ts'
import { personTrace } from './observed-fold.ts'
import { storeUser } from './store-user.ts'

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
  return storeUser(context, former, {
    ...former,
    asOf,
    user: deleted ? { ...former.user, status: 'deleted' } : former.user,
    unseen_since: former.unseen_since ?? isoTime(context.record.time),
  })
}

/** An `employee.deleted` webhook: the first unrefuted one is noted, so that a reading at or past it which finds nobody deletes the user. */
export function foldDeletionClaim(context: FoldContext<'hibob.webhook.received'>): null {
  const { data } = context.event
  const { record, set, scope } = context
  if (data.webhookType !== 'employee.deleted' || data.employeeId === null || data.companyMismatch) return null
  const former = set.get('users', documentId(scope, data.employeeId))
  const known = former ?? personTrace(context, data.employeeId)
  // a reading at or past this webhook has been folded, so the webhook has been too, and may have been refuted since
  if (known?.asOf && known.asOf.offset >= record.offset) return null
  if ((known?.deletionClaim ?? null) !== null) return null
  if (former !== null) set.set('users', former._id, { ...former, deletionClaim: record.offset, touched: record.offset })
  else storeTrace(context, data.employeeId, { asOf: known?.asOf ?? null, deletionClaim: record.offset })
  return null
}

function storeTrace(
  context: FoldContext,
  employeeId: string,
  trace: Pick<PersonTrace, 'asOf' | 'deletionClaim'>,
): void {
  const id = personTraceId(context.scope, employeeId)
  context.set.set('states', id, { _id: id, ...context.scope, kind: 'person', ...trace })
}
