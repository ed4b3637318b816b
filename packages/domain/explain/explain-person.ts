// The person as a whole: why they are a user or not, what is still to come, and why something was not done. Each finding is one function.
import { isoTime } from '../iso-time.ts'
import type { Evidence } from './evidence.ts'
import { askedBy, eventAt, lastReading, personEvents } from './evidence-reading.ts'
import type { Step } from './explanation.ts'
import { described, referenceOf, type SeenEvent } from './seen-event.ts'
import { settingsFindings } from './settings-findings.ts'

/** What one looks for in the evidence. */
export type Finding = (evidence: Evidence) => Step[]

const findings: Finding[] = [
  tenantStopped,
  neverSeen,
  lastTold,
  lastRead,
  deletion,
  unseen,
  ...settingsFindings,
  webhooksOfOthers,
  parkedEvents,
  readingsToCome,
  servicesBehind,
]

export function personSteps(evidence: Evidence): Step[] {
  return findings.flatMap(finding => finding(evidence))
}

/** Whether anything at all is known of the person. */
export function isKnown(evidence: Evidence): boolean {
  const { user, trace, pending, dated, parked, changes } = evidence
  if (user !== null || trace !== null || pending !== null) return true
  return dated.length + parked.length + changes.length + personEvents(evidence).length > 0
}

function tenantStopped({ tenant }: Evidence): Step[] {
  const detail = tenant.stateDetail === null ? '' : `: ${tenant.stateDetail}`
  switch (tenant.state) {
    case 'active':
      return []
    case 'removed':
      return [{ step: 'tenant_removed', at: null, text: `tenant ${tenant.id} is removed, and its users with it` }]
    case 'paused':
      return [{ step: 'tenant_paused', at: null, text: `tenant ${tenant.id} is paused: HiBob is not asked${detail}` }]
    default:
      return [{ step: `tenant_${tenant.state}`, at: null, text: `HiBob is not asked for ${tenant.id}${detail}` }]
  }
}

function neverSeen(evidence: Evidence): Step[] {
  const { user, trace, parked, changes, tenant } = evidence
  if (user !== null || trace !== null || parked.length > 0) return []
  if (tenant.state === 'removed' || changes.length > 0) return []
  const found = personEvents(evidence).length > 0 ? 'so far' : `and nothing of them is in ${searchedPart(evidence)}`
  return [{ step: 'never_seen', at: null, text: `HiBob has not shown this person, ${found}` }]
}

/** Of someone who was a user before the tenant was removed. */
function lastTold({ user, changes }: Evidence): Step[] {
  const last = changes.at(-1)
  if (user !== null || last === undefined) return []
  const text = `${last.type ?? 'null value'} was the last that was told, sequence ${last.offset}; nothing of them came since`
  return [{ step: 'last_told', at: last.publishedAt ?? last.foldedAt, text }]
}

function searchedPart({ looked, log }: Evidence): string {
  const from = Math.min(...looked.filter(({ to }) => to >= log.high).map(stretch => stretch.from), log.high)
  if (from <= log.low) return 'the log'
  return `the newest ${log.high - from} events of the partition; --search looks through all of them`
}

function lastRead(evidence: Evidence): Step[] {
  const event = lastReading(evidence)
  if (event === null) return []
  const step = event.type === 'hibob.employee.missing' ? 'missing' : 'last_read'
  const asked = askedBy(evidence, event)
  const because = asked === null ? '' : ` (${described(asked)})`
  return [
    { step, at: event.data.observedAt || event.at, text: `${described(event)}${because}`, event: referenceOf(event) },
  ]
}

function deletion(evidence: Evidence): Step[] {
  const claim = evidence.user?.deletionClaim ?? evidence.trace?.deletionClaim ?? null
  if (claim === null) return []
  const event = eventAt(evidence, claim)
  const claimed: Step = {
    step: 'deletion_claimed',
    at: event?.at ?? null,
    text: event === null ? `webhook employee.deleted at offset ${claim}` : described(event),
    ...(event === null ? {} : { event: referenceOf(event) }),
  }
  if (evidence.user === null || evidence.user.user.status === 'deleted') return [claimed]
  const text = 'the user stays until HiBob, asked after that webhook, does not show the person'
  return [claimed, { step: 'deletion_not_confirmed', at: null, text }]
}

function unseen({ user }: Evidence): Step[] {
  if (user === null || user.unseen_since === null || user.user.status === 'deleted') return []
  const text = `HiBob does not show this person any more; without a confirmed employee.deleted nothing follows from silence`
  return [{ step: 'unseen', at: user.unseen_since, text }]
}

function webhooksOfOthers(evidence: Evidence): Step[] {
  return personEvents(evidence)
    .filter(({ data }) => data.companyMismatch === true)
    .map(event => ({
      step: 'webhook_of_another_company',
      at: event.at,
      text: `${described(event)}: it names company ${event.data.companyId}, so it makes nobody due`,
      event: referenceOf(event),
    }))
}

function parkedEvents(evidence: Evidence): Step[] {
  const steps = evidence.parked.map(({ id, offset, code, message, parkedAt }): Step => {
    const event = eventAt(evidence, offset)
    const what = event === null ? `the event at offset ${offset}` : described(event)
    const text = `${what} is not folded: ${code}: ${message} (hibob-sync parked show ${id})`
    return { step: 'parked', at: parkedAt, text, ...(event === null ? {} : { event: referenceOf(event) }) }
  })
  const { parkedOthers, tenant } = evidence
  if (parkedOthers === 0) return steps
  const text = `${parkedOthers} of the tenant about no person (hibob-sync parked list ${tenant.id})`
  return [...steps, { step: 'parked_others', at: null, text }]
}

function readingsToCome(evidence: Evidence): Step[] {
  const { pending, dated, tenant } = evidence
  const waits = tenant.state === 'active' ? '' : ', once the tenant is active again'
  const scheduled = dated.map(({ at }) => ({
    step: 'reading_scheduled',
    at: isoTime(at),
    text: `HiBob is asked then, for a row that takes effect${waits}`,
  }))
  if (pending === null) return scheduled
  const asked = eventAt(evidence, pending.offset)
  const reason = reasonOf(asked, pending)
  return [
    { step: 'reading_due', at: isoTime(pending.dueAt), text: `HiBob is asked then: ${reason}${waits}` },
    ...scheduled,
  ]
}

function reasonOf(asked: SeenEvent | null, { kind, triggeredBy }: NonNullable<Evidence['pending']>): string {
  if (asked !== null) return described(asked)
  return triggeredBy === null ? kind : `${kind}, by ${triggeredBy}`
}

function servicesBehind({ checkpoint, importerAt, log }: Evidence): Step[] {
  const behind = (step: string, at: number, text: string): Step[] =>
    at < log.high ? [{ step, at: null, text: `${log.high - at} events of the partition are not ${text} yet` }] : []
  return [
    ...behind('importer_behind', importerAt ?? log.low, 'taken by the importer'),
    ...behind('projector_behind', checkpoint?.position.offset ?? log.low, 'folded'),
  ]
}
