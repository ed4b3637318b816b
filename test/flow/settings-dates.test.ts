// Invites and leavers, all the way and day by day: a company changes and turns its days, HiBob tells it as it does, and what is due on a
// date follows the newest that is known of it.
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { equalsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { dayClock, tenantLife } from '../support/settings-and-days.ts'
import { importEveryone, toldOf } from '../support/told.ts'
import { until } from '../support/until.ts'

const clock = dayClock()
const { day } = clock
const pipeline = await startPipeline({
  tenants: { invites: 0, leavers: 0 },
  settlingMs: 150,
  env: { IMPORTER_SCHEDULE_EVERY_MS: '100' },
  rateLimits: { 'people/search': 10_000, 'company/named-lists': 10_000 },
  ownTime: true,
})
t.teardown(() => pipeline.stop())
const { caughtUp } = pipeline
const upcoming = (tenant: string, days: number) =>
  hibobSyncJson<{ date: string; what: string; id: string }[]>(pipeline.env, 'upcoming', tenant, '--days', String(days))

/** The day begins in the company and here. */
async function turnTo(tenant: string, days: number): Promise<void> {
  clock.goTo(days)
  pipeline.company(tenant).advanceTo(day(days))
  await tenantLife(pipeline, tenant).began(day(days))
  await caughtUp()
}

await t.test(
  'invites: some days before the first day, once, moved with it, and not of whoever leaves before',
  async t => {
    const company = pipeline.company('invites')
    const { user: userOf, document, setTo, told } = tenantLife(pipeline, 'invites')
    const invited = async (id: string) => (await told(id)).filter(type => type === 'invite-due').length
    const invite = async (id: string) => (await document(id))?.standing?.invite
    await setTo({ invites: { when: 'hire_date', days_before: 2 } })
    await turnTo('invites', 0)
    const [starter, leaver, noShow] = [0, 0, 0].map(() => company.hire({ startDate: day(5) }).id) as [
      string,
      string,
      string,
    ]
    await caughtUp()
    t.match(await invite(starter), { due: day(3), state: 'waiting' })
    company.moveStart(starter, day(8))
    company.terminate(leaver)
    company.delete(noShow)
    await caughtUp()
    t.match(await userOf(starter), { status: 'pending', hire_date: day(8) })
    t.match(await invite(starter), { due: day(6), state: 'waiting' })
    t.match([await invite(leaver), await invite(noShow)], [{ state: 'cancelled' }, { state: 'cancelled' }])
    t.match(await upcoming('invites', 20), [
      { date: day(6), what: 'invite', id: starter },
      { date: day(8), what: 'start', id: starter },
    ])
    await turnTo('invites', 5)
    t.equal(await invited(starter), 0, 'not on the day that it was')
    await turnTo('invites', 6)
    await until(async () => (await invited(starter)) > 0)
    company.moveStart(starter, day(9))
    await turnTo('invites', 9)
    t.equal((await userOf(starter))?.status, 'active')
    t.same([await invited(starter), await invited(leaver), await invited(noShow)], [1, 0, 0])
    t.equal((await userOf(noShow))?.status, 'deleted')
  },
)

await t.test('leavers: by their last day of work, at once, back again, away, and unseen for long', async t => {
  const company = pipeline.company('leavers')
  const { user: userOf, document, setTo } = tenantLife(pipeline, 'leavers')
  const employee = () => company.hire({ startDate: day(-90) }).id
  const statusOf = async (id: string) => (await userOf(id))?.status
  const ended = (action: 'flag' | 'deactivate') =>
    ({ ends: 'last_day_of_work', unseen: { after_days: 4, action } }) as const
  clock.goTo(10)
  await setTo({ leavers: ended('flag') })
  await turnTo('leavers', 10)
  const [garden, stays, revoked, again, away, resting, unseen] = Array.from({ length: 7 }, employee) as [
    ...[string, string, string, string, string, string, string],
  ]
  await caughtUp()
  company.terminate(garden, { date: day(16), gardenLeaveFrom: day(12) })
  company.terminate(stays, { date: day(12) })
  company.terminate(revoked, { date: day(40), revokeAccessImmediately: true })
  company.terminate(again, { date: day(11) })
  company.leave(away, {})
  company.misbehave({ audience: [garden, stays, revoked, again, away, resting] })
  company.update(unseen, { firstName: 'Unseen' })
  await caughtUp()
  t.match(company.person(away), { status: 'Inactive', lifecycleStatus: 'Parental leave' })
  t.equal(await statusOf(revoked), 'deactivated', 'at once, though HiBob calls them employed')
  t.match(company.person(revoked), { lifecycleStatus: 'Employed' })
  for (const id of [garden, stays, again, away, unseen]) t.equal(await statusOf(id), 'active')
  const coming = await upcoming('leavers', 30)
  t.same(
    coming.map(({ date, what, id }) => [date, what, id]),
    [
      [day(12), 'deactivation', again],
      [day(13), 'deactivation', garden],
      [day(13), 'deactivation', stays],
      [day(14), 'unseen', unseen],
    ].sort(),
  )
  // silent, and found by an import, which comes later than HiBob's answers lag behind
  company.deleteRow(stays, 'lifecycle')
  company.misbehave({ staleMs: 0 })
  await importEveryone(pipeline, 'leavers')
  company.misbehave({ staleMs: null })
  t.match(await document(stays), { user: { leave_date: null }, standing: null })

  await turnTo('leavers', 11)
  t.equal(await statusOf(again), 'active', 'to the end of the last day')
  await turnTo('leavers', 12)
  await until(async () => (await statusOf(again)) === 'deactivated')
  t.match(company.person(garden), { lifecycleStatus: 'Garden leave' })
  t.equal(await statusOf(garden), 'active')
  company.rehire(again, day(14))
  await turnTo('leavers', 13)
  await until(async () => (await statusOf(garden)) === 'deactivated')
  t.equal(await statusOf(stays), 'active', 'a termination taken back in time leaves nothing behind')
  t.match(await userOf(again), { status: 'pending', hire_date: day(14), leave_date: null })
  await turnTo('leavers', 14)
  await until(async () => (await document(unseen))?.standing?.flags.includes('unseen') === true)
  t.equal(await statusOf(unseen), 'active', 'flagged, as set')
  t.match(await userOf(again), { status: 'active', hire_date: day(14) })

  company.terminate(resting, { date: day(40), gardenLeaveFrom: day(14) })
  await caughtUp()
  t.match([company.person(resting)?.lifecycleStatus, await statusOf(resting)], ['Garden leave', 'active'])
  await setTo({ leavers: { ...ended('deactivate'), long_leave: 'deactivate', garden_leave: 'deactivate' } })
  t.equal(await statusOf(resting), 'deactivated')
  t.same([await statusOf(unseen), await statusOf(away)], ['deactivated', 'deactivated'], 'as it is set now')
  company.misbehave({ audience: null })
  company.update(unseen, { firstName: 'Seen' })
  company.deleteRow(away, 'lifecycle')
  company.deleteRow(revoked, 'lifecycle')
  company.update(revoked, { firstName: 'Stays' })
  company.misbehave({ staleMs: 0 })
  await importEveryone(pipeline, 'leavers')
  for (const id of [unseen, away, revoked, stays, again]) t.equal(await statusOf(id), 'active')
  t.same((await toldOf(pipeline, 'leavers', unseen)).slice(1), [
    'deactivated status',
    'reactivated first_name full_name status',
  ])
  t.same((await toldOf(pipeline, 'leavers', stays)).slice(1), ['updated leave_date', 'updated leave_date'])
})

await t.test(
  'after all this the read models are the fold of the log, and services were told what the fold says',
  async t => {
    for (const tenant of ['invites', 'leavers']) await equalsFold(t, pipeline, tenant)
    t.equal(await pipeline.parked.count(), 0)
  },
)
