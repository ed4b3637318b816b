// Nobody becomes active whose lifecycle status HiBob does not show; whoever is known keeps the last one.
import t from 'tap'
import { observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { approved, day, settings } from './test-settings.ts'

const status = 'internal.lifecycleStatus'
const unusable = [undefined, null, '', '  ', [], {}, ['Employed', 'Terminated'], 'Frobnicated', 7]
const unclear = (shown: unknown, more: Record<string, unknown> = {}) =>
  observed('1', employed({ [status]: shown, ...more }))

t.test('a new person without a known status has a document and is published nowhere', async t => {
  for (const shown of unusable) {
    const waits = fold(
      unclear(shown, { 'work.department': '7', 'work.reportsTo': '3' }),
      observed('2', employed({ 'work.reportsTo': '1' })),
    )
    t.same(waits.types, ['user.created'], `only the report is told (${JSON.stringify(shown)})`)
    t.same([waits.team('7'), waits.manager('3'), waits.parked], [undefined, undefined, []], 'no team, no count')
    t.match(waits.userDocument('1')?.standing, { hidden: true, flags: ['status_not_shown'] })
    t.same(waits.user('2')?.override_manager, { id: '1', email: null, full_name: null, state: 'unknown' })
    t.match(waits.manager('1'), { state: 'unknown', report_count: 1 })
    t.match(waits.states, [{ kind: 'tenant', active: 1 }])
  }
})

t.test('once the status is shown the person is published, and reports see the manager', async t => {
  const shown = fold(
    unclear(null, { 'work.department': '7' }),
    observed('2', employed({ 'work.reportsTo': '1' })),
    observed('1', employed({ 'work.department': '7' }), { labels: { 'work.department': 'Research' } }),
  )
  t.same(shown.types.toSorted(), ['team.created', 'user.created', 'user.created', 'user.updated'])
  t.match(shown.user('2')?.override_manager, { state: 'active', full_name: 'Ada Example' })
  t.equal(shown.userDocument('1')?.standing ?? null, null)
  const pending = fold(unclear('Frobnicated'), observed('1', employed({ [status]: 'Hired' })))
  t.match(pending.told, [{ type: 'learnamp.user.created', data: { user: { status: 'pending' }, changed: [] } }])
})

t.test('a known person keeps the last status, and says why', async t => {
  for (const [last, expected] of [
    ['Employed', 'active'],
    ['Hired', 'pending'],
    ['Terminated', 'deactivated'],
  ]) {
    for (const shown of unusable) {
      const given = [
        observed('1', employed({ [status]: last })),
        unclear(shown),
        unclear(shown, { 'root.firstName': 'Ada' }),
      ]
      const { user, userDocument } = fold(...given)
      t.match(user('1'), { status: expected, first_name: 'Ada' }, `${last} → ${JSON.stringify(shown)}`)
      const { errors = null } = userDocument('1')?.standing ?? {}
      if (shown === undefined) t.equal(errors, null)
      else t.match(errors, { status: /internal\.lifecycleStatus/ })
    }
  }
})

t.test('a kept status is what settings go by, whatever they are and were', async t => {
  const out = settings({ scope: { include: { field: 'work.site', equals: 'Mars' }, otherwise: 'leaver' } }, 1)
  const given = [observed('1', employed({ [status]: 'Hired' })), unclear(null)]
  t.equal(fold(...given, out).user('1')?.status, 'deactivated')
  t.equal(fold(...given, out, settings({}, 2)).user('1')?.status, 'pending')
})

t.test('a person outside the scope who waits is no manager that is known either', async t => {
  const scope = settings({ scope: { include: { field: 'root.email', empty: true }, otherwise: 'flag' } })
  const { userDocument, user } = fold(scope, unclear(null), observed('2', { 'work.reportsTo': '1' }))
  t.same(userDocument('1')?.standing?.flags, ['outside_scope', 'status_not_shown'])
  t.equal(user('2')?.override_manager?.state, 'unknown')
})

t.test('active people who move to Hired in numbers are held as those who leave are, and stay active', async t => {
  const people = Array.from({ length: 30 }, (_, at) => String(100 + at))
  const hired = people.map(id => observed(id, employed({ [status]: 'Hired' })))
  const folded = fold(
    ...people.map(id => observed(id, employed())),
    settings({ brake: { at_least: 2, percent: 0 } }),
    ...hired,
  )
  const held = folded.users.filter(({ standing }) => standing?.held)
  t.ok(held.length > 0 && held.every(({ user }) => user.status === 'active'))
  t.same(held[0]?.standing?.held?.claims, { status: 'pending' })
  const { id } = held[0]?.standing?.held ?? { id: '' }
  const decided = fold(
    ...people.map(id => observed(id, employed())),
    settings({ brake: { at_least: 2, percent: 0 } }),
    ...hired,
    approved(id),
  )
  t.ok(decided.users.every(({ user }) => user.status === 'pending'))
  const rehired = fold(
    observed('1', employed({ [status]: 'Terminated' })),
    settings({ brake: { at_least: 0, percent: 0 } }),
    unclear('Hired'),
  )
  t.equal(rehired.user('1')?.status, 'pending', 'a rehire takes nothing away')
})

t.test(
  'somebody first seen long after their last day is a leaver from the first change on, and never invited',
  async t => {
    const own = settings({ leavers: { ends: 'termination_date' }, invites: { when: 'immediately' } })
    const gone = observed('1', employed({ 'internal.terminationDate': '2020-10-31', 'work.startDate': '2019-01-01' }))
    const { told, types } = fold(own, gone)
    t.match(told, [{ type: 'learnamp.user.created', data: { user: { status: 'deactivated' } } }])
    t.same(fold(own, gone, day('2026-11-03'), day('2026-11-04')).types, types)
    const stays = observed('1', employed({ 'internal.terminationDate': '2099-10-31', 'work.startDate': '2019-01-01' }))
    t.equal(fold(own, stays).user('1')?.status, 'active')
  },
)
