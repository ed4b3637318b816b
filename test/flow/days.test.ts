// Days as events: invites and leavers come on their dates, once, whatever happens to whoever announces the days.
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startPipeline } from '../support/pipeline.ts'
import { dayClock, tenantLife } from '../support/settings-and-days.ts'
import { until } from '../support/until.ts'

const clock = dayClock()
const { day } = clock
const pipeline = await startPipeline({
  tenants: { invites: 0, atonce: 0, leavers: 0, zones: 0, plain: 0 },
  settlingMs: 200,
  env: { IMPORTER_SCHEDULE_EVERY_MS: '100' },
  ownTime: true,
})
t.teardown(() => pipeline.stop())
const timeZoneField = 'work.custom.field_1698036945397'

await t.test('whoever starts on a date is invited when it comes, once', async t => {
  const life = tenantLife(pipeline, 'invites')
  await life.setTo({ invites: { when: 'hire_date' } })
  await life.began(day(0))
  const { id } = pipeline.company('invites').hire({ startDate: day(3) })
  await pipeline.caughtUp()
  t.match(await life.document(id), {
    user: { status: 'pending' },
    standing: { invite: { due: day(3), state: 'waiting' } },
  })
  t.match(await hibobSyncJson(pipeline.env, 'upcoming', 'invites'), [
    { date: day(3), what: 'start', id },
    { date: day(3), what: 'invite', id },
  ])
  t.same(await hibobSyncJson(pipeline.env, 'upcoming', 'invites', '--days', '2'), [])
  clock.goTo(2)
  await life.began(day(2))
  t.same(await life.told(id), ['created'])
  clock.goTo(3)
  await until(async () => (await life.told(id)).includes('invite-due'))
  clock.goTo(5)
  await life.began(day(5))
  t.same(await life.told(id), ['created', 'invite-due'])
  t.same(await life.daysAnnounced(), [0, 1, 2, 3, 4, 5].map(day), 'each day once')
})

await t.test('who is to be invited immediately is invited on a day that has begun already', async t => {
  const life = tenantLife(pipeline, 'atonce')
  await life.setTo({ invites: { when: 'immediately' } })
  await life.began(day(5))
  for (const announcements of [2, 3]) {
    const { id } = pipeline.company('atonce').hire({ startDate: day(9) })
    await until(async () => (await life.told(id)).includes('invite-due'))
    t.same(await life.told(id), ['created', 'invite-due'])
    t.same(await life.daysAnnounced(), Array(announcements).fill(day(5)), 'only when somebody fell due')
  }
})

await t.test('whoever leaves by date is deactivated when the days of grace are over, not before', async t => {
  const life = tenantLife(pipeline, 'leavers')
  await life.setTo({ leavers: { ends: 'termination_date', grace_days: 2 } })
  const company = pipeline.company('leavers')
  const { id } = company.hire()
  company.terminate(id, { date: day(7) })
  await pipeline.caughtUp()
  t.match(await life.document(id), { user: { status: 'active', leave_date: day(7) }, standing: { nextDate: day(10) } })
  clock.goTo(9)
  await life.began(day(9))
  t.equal((await life.user(id))?.status, 'active')
  clock.goTo(10)
  await life.began(day(10))
  await until(async () => (await life.user(id))?.status === 'deactivated')
  await until(async () => (await life.told(id)).includes('deactivated'))
  t.same(
    (await life.told(id)).filter(type => type === 'deactivated'),
    ['deactivated'],
  )
})

await t.test('everyone’s days begin in their own zone, and a zone that is none has the tenant’s', async t => {
  const life = tenantLife(pipeline, 'zones')
  await life.setTo({
    time_zone: 'America/New_York',
    person_time_zone: { from: timeZoneField },
    leavers: { ends: 'termination_date' },
  })
  const company = pipeline.company('zones')
  const ids = ['Pacific/Kiritimati', null, 'Somewhere'].map(zone => {
    const { id } = company.hire({ other: zone === null ? {} : { [timeZoneField]: zone } })
    company.terminate(id, { date: day(11) })
    return id
  })
  await pipeline.caughtUp()
  const statuses = async () => Promise.all(ids.map(async id => (await life.user(id))?.status))
  await until(async () =>
    (await Promise.all(ids.map(life.document))).every(user => user?.standing?.nextDate === day(12)),
  )
  clock.goTo(11)
  // at noon in Greenwich the next day has begun on Kiritimati
  await life.began(day(12), 'Pacific/Kiritimati')
  await life.began(day(11), 'America/New_York')
  await life.began(day(11), 'Somewhere')
  await until(async () => (await statuses())[0] === 'deactivated')
  t.same(await statuses(), ['deactivated', 'active', 'active'])
  clock.goTo(12)
  await until(async () => (await statuses()).every(status => status === 'deactivated'))
})

await t.test('what is to come is shown day by day, and how far ahead must make sense', async t => {
  const shown = await hibobSync(pipeline.env, 'upcoming', 'atonce')
  t.equal(shown.code, 0)
  t.match(shown.stdout, new RegExp(`${day(9)}.*starts`))
  t.match(await hibobSync(pipeline.env, 'upcoming', 'plain'), { code: 0, stderr: /Nothing is to come for plain until/ })
  t.match(await hibobSync(pipeline.env, 'upcoming', 'atonce', '--days', 'some'), { code: 1, stderr: /^days_invalid: / })
  t.match(await hibobSync(pipeline.env, 'upcoming', 'nobody'), { code: 1, stderr: /^tenant_unknown: / })
})

await t.test('a tenant without settings has no days', async t => {
  t.same(await tenantLife(pipeline, 'plain').daysAnnounced(), [])
})
