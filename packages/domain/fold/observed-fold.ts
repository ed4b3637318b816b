// `hibob.employee.observed`: what HiBob showed of one person in one reading.
import { type AsOf, compareAsOf } from '../as-of.ts'
import { documentId, type PersonTrace, personTraceId, type Standing, type UserDocument } from '../documents.ts'
import type { EventData } from '../events.ts'
import { standardFields } from '../hibob-fields.ts'
import { lifecycleWord, statusOf } from '../lifecycle.ts'
import { mergeObserved } from '../mapping.ts'
import { factsFrom } from '../person-facts.ts'
import type { Reach } from '../reach.ts'
import { settingsNow } from '../settings/in-force.ts'
import { noStanding } from '../standing.ts'
import { storableFields } from '../storable.ts'
import { type FoldContext, tenantState } from './fold-context.ts'
import { lastValues } from './last-values.ts'
import { observedWithRoom } from './room.ts'
import { storePerson } from './store-person.ts'
import { layStanding } from './store-user.ts'
import { wholeUser } from './whole-user.ts'

export function foldObserved(context: FoldContext<'hibob.employee.observed'>): Reach | null {
  const { data } = context.event
  const { set, scope } = context
  const id = documentId(scope, data.employeeId)
  const former = set.get('users', id)
  const trace = former === null ? personTrace(context, data.employeeId) : null
  const known = former ?? trace
  if (known?.asOf && compareAsOf(data.asOf, known.asOf) <= 0) return null
  const storable = storableFields(data.fields)
  const fresh = observedWithRoom(
    context.record,
    former?.observed ?? null,
    storable === data.fields ? data : { ...data, fields: storable },
  )
  const { fields } = fresh
  if (trace !== null) set.set('states', trace._id, null)
  const observed = mergeObserved(former?.observed ?? null, fresh)
  const standing = standingBefore(context, former, data, fields)
  const before = { id: data.employeeId, observed, unseen_since: null, standing }
  const desired = wholeUser(context, former, before)
  // every field in one literal: a document made of parts takes half as much memory again
  const next: UserDocument = {
    _id: former?._id ?? id,
    tenantId: scope.tenantId,
    generation: scope.generation,
    user: desired.user,
    observed,
    asOf: data.asOf,
    digest: data.digest,
    unseen_since: null,
    deletionClaim: claimAfter(known?.deletionClaim ?? null, data.asOf, data.settled ?? false),
    provenance: [],
    touched: 0,
  }
  layStanding(next, former, desired.standing)
  return storePerson(context, former, next)
}

export function personTrace(context: FoldContext, employeeId: string): PersonTrace | null {
  return context.set.get('states', personTraceId(context.scope, employeeId)) as PersonTrace | null
}

// only a settled reading at or past the webhook refutes it: HiBob may still show a person for some seconds after a deletion
function claimAfter(claim: number | null, asOf: AsOf, settled: boolean): number | null {
  return claim !== null && settled && asOf.offset >= claim ? null : claim
}

/** What is remembered of a person besides the fields, with what this reading says of it. */
function standingBefore(
  context: FoldContext,
  former: UserDocument | null,
  data: EventData<'hibob.employee.observed'>,
  fields: Record<string, unknown>,
): Standing | null {
  const settings = settingsNow(tenantState(context))
  const before = former?.standing ?? null
  const last = lastValues(former, fields, settings?.compiled.keptPaths ?? noPaths)
  if (settings === null && before === null && last === null) return null
  const standing = before ?? noStanding
  const revokedAt = isTakenBack(standing.revokedAt, data) ? null : standing.revokedAt
  const own = data.absent.filter(path => !standard.has(path)).sort()
  return { ...standing, deleted: false, revokedAt, absent: own, last }
}

const standard = new Set<string>(standardFields)
const noPaths: ReadonlySet<string> = new Set()

/** A revocation goes with the termination that it was part of, or with a new start. */
function isTakenBack(
  revokedAt: number | null,
  { fields, asOf, settled }: EventData<'hibob.employee.observed'>,
): boolean {
  if (revokedAt === null || !settled || asOf.offset < revokedAt) return false
  const { lifecycleStatus, terminationDate } = factsFrom({ fields, labels: {} })
  const status = statusOf(lifecycleStatus ?? '')
  const isEmployed = lifecycleWord(lifecycleStatus ?? '') === 'employed'
  return (
    status === 'pending' ||
    (isEmployed && Object.hasOwn(fields, 'internal.terminationDate') && terminationDate === null)
  )
}
