// The judgement of a check: from what HiBob answered to what is well, what is not, and what to do about it. Pure.
import type { CheckAnswers } from './answers.ts'
import { type CheckReport, type Finding, note, ok } from './findings.ts'
import { judgeAudience } from './judge-audience.ts'
import { clockDifference, judgeClock, judgeRates, rateBudgets } from './judge-calls.ts'
import { judgeFailure } from './judge-failure.ts'
import { judgeFields, readableFields } from './judge-fields.ts'
import { judgeLists } from './judge-lists.ts'
import { tickBox } from './permission-boxes.ts'

/** `isStopped`: HiBob refused the tenant's credentials earlier, and nothing is asked on its behalf until somebody lets it go on. */
export function judge(tenant: string, answers: CheckAnswers, isStopped = false): CheckReport {
  const { fields, lists, people, sample, calls, notes } = answers
  const catalogue = fields.kind === 'ok' ? fields.fields : null
  const readable = sample.kind === 'ok' ? readableFields(sample.fields, sample.people, catalogue) : []
  const rate = rateBudgets(calls)
  const differenceMs = clockDifference(calls)
  const findings = [
    ...judgeCredentials(tenant, answers),
    ...(isStopped && fields.kind === 'ok' ? [stopped(tenant)] : []),
    ...judgeSearch(tenant, answers),
    ...judgeFields(readable, tenant),
    ...(people.kind === 'ok' ? judgeAudience(people.people, people.statuses, people.unreadable) : []),
    ...judgeLists(lists, calls, tenant),
    ...notes.map(text => note('answers', `${text}. That part is passed over.`)),
    ...(calls.some(({ status }) => status !== null) ? [judgeClock(differenceMs)] : []),
    ...judgeRates(rate, calls),
  ]
  return {
    tenant,
    ok: findings.every(({ level }) => level !== 'attention'),
    findings,
    fields: readable,
    audience: {
      people: people.kind === 'ok' ? people.people : null,
      statuses: people.kind === 'ok' ? joined(people.statuses) : [],
    },
    lists: lists.map(({ list, shape, outcome }) => ({
      list,
      shape,
      items: outcome.kind === 'ok' ? outcome.items : null,
    })),
    clock: { difference_ms: differenceMs },
    rate,
  }
}

/** The field catalogue needs no permission, so that it proves the token. */
function judgeCredentials(tenant: string, { fields, calls }: CheckAnswers): Finding[] {
  if (fields.kind === 'ok') return [ok('credentials', 'HiBob accepts the id and token of the service user')]
  if (fields.kind === 'not_asked') return []
  const forbidden = 'The list of fields needs no permission in HiBob. Check that the service user is active.'
  const call = calls.find(({ endpoint }) => endpoint === 'company/people/fields')
  const topic = /^(unauthorized|forbidden)$/.test(fields.kind) ? 'credentials' : 'connection'
  return [judgeFailure({ topic, what: "the company's fields", failure: fields, call, tenant, forbidden })]
}

const stopped = (tenant: string) =>
  note(
    'tenant',
    `HiBob refused something earlier, so ${tenant} is stopped (credentials_invalid).`,
    `Once nothing below needs attention: \`hibob-sync tenants resume ${tenant}\`.`,
  )

function judgeSearch(tenant: string, { people, sample, calls }: CheckAnswers): Finding[] {
  const failure = 'detail' in people ? people : 'detail' in sample ? sample : null
  if (failure === null) return []
  const call = calls.findLast(({ endpoint }) => endpoint === 'people/search')
  return [
    judgeFailure({ topic: 'permissions', what: 'people', failure, call, tenant, forbidden: tickBox('Basic info') }),
  ]
}

function joined(statuses: readonly { status: string | null; people: number }[]) {
  const counts = new Map<string | null, number>()
  for (const { status, people } of statuses) counts.set(status, (counts.get(status) ?? 0) + people)
  return [...counts].map(([status, people]) => ({ status, people }))
}
