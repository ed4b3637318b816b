// Who is pending, active or gone, by status, by date and by what a customer decides.
import t from 'tap'
import type { Settings } from './index.ts'
import { deletedWebhook, missing, observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { day, settings } from './test-settings.ts'

const revoked = (employeeId: string) =>
  deletedWebhook(employeeId, { webhookType: 'employee.access.revoked.immediately' })
const byDate: Settings = { leavers: { ends: 'termination_date' } }
const leaving = (date: string | null, more = {}) => employed({ 'internal.terminationDate': date, ...more })

t.test('a termination date changes no status where nothing is set', async t => {
  const folded = fold(observed('1', leaving('2026-11-10')), day('2026-12-01'))
  t.equal(folded.user('1')?.status, 'active')
  t.same(folded.types, ['user.created'])
})

t.test('by termination date a user stays active to the end of that day, and goes on the next', async t => {
  const before = [settings(byDate), day('2026-11-09'), observed('1', leaving('2026-11-10')), day('2026-11-10')]
  t.equal(fold(...before).user('1')?.status, 'active')
  const gone = fold(...before, day('2026-11-11'))
  t.equal(gone.user('1')?.status, 'deactivated')
  t.same(gone.types, ['user.created', 'user.deactivated'])
})

t.test('grace days are added to the last day', async t => {
  const grace: Settings = { leavers: { ends: 'termination_date', grace_days: 2 } }
  const given = [settings(grace), observed('1', leaving('2026-11-10')), day('2026-11-12')]
  t.equal(fold(...given).user('1')?.status, 'active')
  t.equal(fold(...given, day('2026-11-13')).user('1')?.status, 'deactivated')
})

t.test('by last day of work a user goes before the termination date', async t => {
  const given = [
    settings({ leavers: { ends: 'last_day_of_work' } }),
    observed('1', leaving('2026-11-30', { 'employee.lastDayOfWork': '2026-11-10' })),
  ]
  t.equal(fold(...given, day('2026-11-10')).user('1')?.status, 'active')
  t.equal(fold(...given, day('2026-11-11')).user('1')?.status, 'deactivated')
})

t.test('a termination taken back in time leaves nothing behind', async t => {
  const folded = fold(
    settings(byDate),
    observed('1', leaving('2026-11-10')),
    observed('1', leaving(null)),
    day('2026-11-11'),
    day('2026-11-12'),
  )
  t.equal(folded.user('1')?.status, 'active')
  t.notOk(folded.userDocument('1')?.standing?.nextDate)
  t.same(folded.types, ['user.created', 'user.updated'])
})

t.test('a rehire reactivates the same user, whatever the old termination date says', async t => {
  const start = { 'work.startDate': '2026-12-01', 'internal.terminationDate': '2026-11-10' }
  const folded = fold(
    settings(byDate),
    observed('1', leaving('2026-11-10')),
    day('2026-11-11'),
    observed('1', employed({ ...start, 'internal.lifecycleStatus': 'Hired' })),
    observed('1', employed(start)),
  )
  t.same(folded.types, ['user.created', 'user.deactivated', 'user.reactivated', 'user.updated'])
  t.equal(folded.user('1')?.status, 'active')
})

t.test('each person lives by the days of their zone', async t => {
  const given = [settings({ ...byDate, time_zone: 'Europe/London' }), observed('1', leaving('2026-11-10'))]
  t.equal(fold(...given, day('2026-11-11', 'Asia/Tokyo')).user('1')?.status, 'active')
  t.equal(fold(...given, day('2026-11-11', 'Europe/London')).user('1')?.status, 'deactivated')
})

t.test('garden leave and long leave keep a user, unless it is set otherwise', async t => {
  const status = (lifecycleStatus: string, leavers: NonNullable<Settings['leavers']>) =>
    fold(settings({ leavers }), observed('1', employed({ 'internal.lifecycleStatus': lifecycleStatus }))).user('1')
      ?.status
  t.equal(status('Garden leave', {}), 'active')
  t.equal(status('garden leave', { garden_leave: 'deactivate' }), 'deactivated')
  t.equal(status('Parental leave', { garden_leave: 'deactivate' }), 'active')
  t.equal(status('Parental leave', { long_leave: 'deactivate' }), 'deactivated')
  t.equal(status('Sabbatical', { long_leave: 'deactivate', garden_leave: 'deactivate' }), 'active')
})

t.test('access revoked at once ends at once, and a termination that is taken back gives it back', async t => {
  const given = [observed('1', employed()), revoked('1')]
  const gone = fold(...given)
  t.same(gone.types, ['user.created', 'user.deactivated'])
  t.same(fold(...given, revoked('1')).types, gone.types, 'told once')
  t.equal(fold(...given, observed('1', leaving('2026-11-10'), { settled: true })).user('1')?.status, 'deactivated')
  t.equal(fold(...given, observed('1', leaving(null))).user('1')?.status, 'deactivated', 'too early a reading')
  t.equal(fold(...given, observed('1', leaving(null), { settled: true })).user('1')?.status, 'active')
  t.equal(fold(settings({ leavers: { revoked_access: 'keep' } }), ...given).user('1')?.status, 'active')
})

t.test('who is unseen for some days is kept, flagged or deactivated, as set', async t => {
  const after = (action: 'keep' | 'flag' | 'deactivate' | null) => {
    const leavers = action === null ? {} : { unseen: { after_days: 3, action } }
    // the records of these tests are of 14 November 2023
    return fold(settings({ leavers }), observed('1', employed()), missing('1'), day('2023-11-16'), day('2023-11-17'))
  }
  for (const kept of [after(null), after('keep'), after('flag')]) {
    t.equal(kept.user('1')?.status, 'active')
    t.same(kept.types, ['user.created'])
  }
  t.same(after('flag').userDocument('1')?.standing?.flags, ['unseen'])
  t.same(after('deactivate').types, ['user.created', 'user.deactivated'])
})

t.test('a manager who goes on a day is told to the reports, wherever they stand', async t => {
  const folded = fold(
    settings(byDate),
    observed('5', leaving('2026-11-10')),
    observed('1', employed({ 'work.reportsTo': '5' })),
    observed('9', employed({ 'work.reportsTo': '5', 'internal.terminationDate': '2026-11-10' })),
    day('2026-11-11'),
  )
  t.equal(folded.user('1')?.override_manager?.state, 'inactive')
  t.equal(folded.user('9')?.override_manager?.state, 'inactive')
  t.equal(folded.manager('5')?.state, 'inactive')
  t.same(folded.types.slice(3).sort(), ['user.deactivated', 'user.deactivated', 'user.updated'])
})

t.test('days before the newest one, and days of a tenant without settings, change nothing', async t => {
  const folded = fold(settings(byDate), day('2026-11-12'), day('2026-11-10'), observed('1', leaving('2026-11-10')))
  t.equal(folded.user('1')?.status, 'deactivated')
  t.same(fold(day('2026-11-12')).states, [])
})
