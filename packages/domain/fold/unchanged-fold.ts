// `hibob.employees.unchanged` (protocol P2): an import found these people as they were last observed.
import { compareAsOf } from '../as-of.ts'
import { documentId } from '../documents.ts'
import type { FoldContext } from './fold-context.ts'

export function foldUnchanged(context: FoldContext<'hibob.employees.unchanged'>): null {
  const { record, event, scope, set } = context
  for (const { id, digest } of event.data.people) {
    const former = set.get('users', documentId(scope, id))
    if (former !== null && compareAsOf(event.data.asOf, former.asOf) <= 0) continue
    if (former === null || former.digest !== digest || former.user.status === 'deleted') {
      context.due.push({ tenantId: scope.tenantId, employeeId: id, throughOffset: record.offset })
    } else {
      set.set('users', former._id, { ...former, asOf: event.data.asOf, unseen_since: null, touched: record.offset })
    }
  }
  return null
}
