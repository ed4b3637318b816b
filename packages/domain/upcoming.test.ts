// The calendar says what the fold then does.
import t from 'tap'
import type { Settings, TenantState } from './index.ts'
import type { Given } from './test-events.ts'
import { missing, observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { day, settings } from './test-settings.ts'
import { upcomingOf } from './upcoming.ts'

const today = '2026-11-01'
const horizon = { from: today, to: '2026-11-30' }
const hired = (startDate: string) => employed({ 'internal.lifecycleStatus': 'Hired', 'work.startDate': startDate })
const leaving = (date: string | null) => employed({ 'internal.terminationDate': date })

function upcoming(given: Given[], more: Partial<typeof horizon> = {}) {
  const folded = fold(...given)
  const state = folded.states.find(({ _id }) => _id === 'acme/1/tenant') as TenantState | undefined
  const document = folded.userDocument('1')
  if (document === undefined) throw new Error('nobody was observed')
  return upcomingOf(document, state ?? null, { ...horizon, ...more })
}

t.test('a future starter starts, and is invited when the settings say so', async t => {
  const given = (document: Settings): Given[] => [settings(document), day(today), observed('1', hired('2026-11-20'))]
  t.same(upcoming([observed('1', hired('2026-11-20'))]), [{ date: '2026-11-20', what: 'start' }])
  t.same(upcoming(given({ invites: { when: 'hire_date', days_before: 5 } })), [
    { date: '2026-11-15', what: 'invite' },
    { date: '2026-11-20', what: 'start' },
  ])
  t.same(upcoming(given({ invites: { when: 'immediately' } })), [
    { date: today, what: 'invite' },
    { date: '2026-11-20', what: 'start' },
  ])
  t.same(upcoming(given({ invites: { when: 'never' } }), { to: '2026-11-19' }), [], 'beyond the days asked for')
})

t.test('who leaves by date is deactivated on the day on which the fold does so', async t => {
  const byDate: Settings = { leavers: { ends: 'termination_date', grace_days: 3 } }
  const given = [settings(byDate), day(today), observed('1', leaving('2026-11-10'))]
  t.same(upcoming(given), [{ date: '2026-11-14', what: 'deactivation' }])
  t.equal(fold(...given, day('2026-11-13')).user('1')?.status, 'active')
  t.equal(fold(...given, day('2026-11-14')).user('1')?.status, 'deactivated')
  t.same(upcoming([...given, day('2026-11-14')]), [], 'done')
})

t.test('who leaves by lifecycle status leaves when HiBob says so', async t => {
  t.same(upcoming([observed('1', leaving('2026-11-10'))]), [{ date: '2026-11-10', what: 'leave' }])
})

t.test('a zone without a day yet has everything still to come, what is overdue today', async t => {
  const byDate: Settings = { leavers: { ends: 'termination_date' } }
  t.same(upcoming([settings(byDate), observed('1', leaving('2026-10-01'))]), [{ date: today, what: 'deactivation' }])
})

t.test('whoever is not shown any more is flagged or deactivated when the time is over', async t => {
  const unseen = (action: 'flag' | 'deactivate'): Given[] => [
    settings({ leavers: { unseen: { after_days: 14, action } } }),
    observed('1', employed()),
    missing('1'),
  ]
  const from =
    fold(...unseen('flag'))
      .userDocument('1')
      ?.unseen_since?.slice(0, 10) ?? ''
  const to = '9999-01-01'
  const due = new Date(Date.parse(from) + 14 * 86_400_000).toISOString().slice(0, 10)
  t.same(upcoming(unseen('flag'), { from, to }), [{ date: due, what: 'unseen' }])
  t.same(upcoming(unseen('deactivate'), { from, to }), [{ date: due, what: 'deactivation' }])
})

t.test('whoever leaves before the invite is not invited', async t => {
  const both: Settings = {
    invites: { when: 'hire_date' },
    leavers: { unseen: { after_days: 30, action: 'deactivate' } },
  }
  const given = [settings(both), observed('1', hired('2099-01-01')), missing('1')]
  t.same(
    upcoming(given, { to: '9999-01-01' }).map(({ what }) => what),
    ['deactivation', 'start'],
  )
})
