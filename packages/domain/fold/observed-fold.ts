// `hibob.employee.observed`: what HiBob showed of one person in one reading.
import { type AsOf, compareAsOf } from '../as-of.ts'
import { documentId, type PersonTrace, personTraceId } from '../documents.ts'
import { mergeObserved } from '../mapping.ts'
import type { Reach } from '../reach.ts'
import { checkStorable } from '../storable.ts'
import type { FoldContext } from './fold-context.ts'
import { mapKept, storeUser } from './store-user.ts'

export function foldObserved(context: FoldContext<'hibob.employee.observed'>): Reach | null {
  const { data } = context.event
  const { set, scope } = context
  const id = documentId(scope, data.employeeId)
  const former = set.get('users', id)
  const trace = former === null ? personTrace(context, data.employeeId) : null
  const known = former ?? trace
  if (known?.asOf && compareAsOf(data.asOf, known.asOf) <= 0) return null
  for (const path of Object.keys(data.fields)) checkStorable(path, data.fields[path])
  if (trace !== null) set.set('states', trace._id, null)
  const observed = mergeObserved(former?.observed ?? null, data)
  // every field in one literal: a document made of parts takes half as much memory again
  return storeUser(context, former, {
    _id: former?._id ?? id,
    tenantId: scope.tenantId,
    generation: scope.generation,
    user: mapKept(context, data.employeeId, observed),
    observed,
    asOf: data.asOf,
    digest: data.digest,
    unseen_since: null,
    deletionClaim: claimAfter(known?.deletionClaim ?? null, data.asOf, data.settled ?? false),
    provenance: [],
    touched: 0,
  })
}

export function personTrace(context: FoldContext, employeeId: string): PersonTrace | null {
  return context.set.get('states', personTraceId(context.scope, employeeId)) as PersonTrace | null
}

// only a settled reading at or past the webhook refutes it: HiBob may still show a person for some seconds after a deletion
function claimAfter(claim: number | null, asOf: AsOf, settled: boolean): number | null {
  return claim !== null && settled && asOf.offset >= claim ? null : claim
}
