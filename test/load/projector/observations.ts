// The log of the projector's benchmark: every person observed again and again, each observation making exactly one change.
import { type AsOf, encodeEvent, type HibobEvent } from '@hibob-sync/domain'

export interface Workload {
  people: number
  rounds: number
  tenants: string[]
  /** The first round; a later one is newer. */
  from?: number
}

/** Managers come first and report to nobody, so that no observation reaches anyone but the person observed. */
export function* observations({
  people,
  rounds,
  tenants,
  from = 0,
}: Workload): Generator<{ tenant: string; value: string }> {
  const perTenant = people / tenants.length
  const managers = Math.max(1, Math.floor(perTenant / 10))
  for (let round = from; round < from + rounds; round++) {
    for (let person = 0; person < perTenant; person++) {
      for (const tenant of tenants) {
        const asOf = { offset: round * people + person, takeover: 1, request: round }
        yield { tenant, value: encodeEvent(observation(tenant, person, round, managers, asOf)) }
      }
    }
  }
}

function observation(tenant: string, person: number, round: number, managers: number, asOf: AsOf): HibobEvent {
  const id = String(3_400_000_000_000_000 + person)
  return {
    specversion: '1.0',
    id: `${tenant}-${person}-${round}`,
    source: '/hibob-sync/importer',
    type: 'hibob.employee.observed',
    time: '2026-11-03T08:15:42.120Z',
    subject: id,
    tenantid: tenant,
    dataversion: 1,
    data: {
      employeeId: id,
      fields: {
        'root.id': id,
        'root.displayName': `Person ${person}`,
        'root.firstName': `First ${round}`,
        'root.surname': `Last ${person}`,
        'root.email': `person.${person}@${tenant}.example`,
        'work.title': String(251_870_000 + (person % 50)),
        'work.site': `Site ${person % 7}`,
        'work.siteId': 2_606_110 + (person % 7),
        'work.department': String(251_880_000 + (person % 40)),
        'work.startDate': '2024-09-06',
        'work.reportsTo': person < managers ? null : String(3_400_000_000_000_000 + (person % managers)),
        'internal.terminationDate': null,
        'internal.status': 'Active',
        'internal.lifecycleStatus': 'Employed',
      },
      labels: { 'work.title': `Title ${person % 50}`, 'work.department': `Department ${person % 40}` },
      absent: [],
      digest: `${round}-${person}`.padEnd(64, '0'),
      asOf,
      observedAt: '2026-11-03T08:15:42.120Z',
      cause: { kind: 'webhook', eventId: null, triggeredBy: 'system' },
    },
  }
}
