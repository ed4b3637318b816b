// A broker whose clock is two days off: everything else goes by this process's clock, which is turned the other way. HiBob's answers lag.
import t from 'tap'
import { equalsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { tenantLife } from '../support/settings-and-days.ts'
import { turnClock } from '../support/turned-clock.ts'
import { until } from '../support/until.ts'

const dayMs = 86_400_000
const clock = turnClock(0)
const today = () => new Date().toISOString().slice(0, 10)
const tenants = { behind: 3, ahead: 3 }
const pipeline = await startPipeline({
  tenants,
  settlingMs: 200,
  env: { IMPORTER_SCHEDULE_EVERY_MS: '100' },
  otherClocks: async () => Date.now(),
})
t.teardown(() => pipeline.stop())
const metric = async (name: string) =>
  Number((await pipeline.importer.metrics.metrics.text()).match(new RegExp(`^${name}\\S* (\\S+)$`, 'm'))?.[1] ?? 0)

for (const [tenant, brokerOff, title] of [
  [
    'behind',
    -2 * dayMs,
    'a broker two days behind: nothing stale, late or early, and the days follow when it is mended',
  ],
  ['ahead', 2 * dayMs, 'a broker two days ahead: nothing stale, late or early, and the days follow when it is mended'],
] as const)
  await t.test(title, async t => {
    const company = pipeline.company(tenant)
    const life = tenantLife(pipeline, tenant)
    clock.turn(-brokerOff)
    await life.setTo({ leavers: { ends: 'termination_date' } })
    const [changed, deleted, leaver] = company.people.map(({ id }) => id) as [string, string, string]
    company.update(changed, { firstName: 'Changed' })
    company.terminate(leaver, { date: today() })
    await until(async () => (await life.user(changed))?.first_name === 'Changed')
    await until(async () => (await life.user(leaver))?.leave_date === today())
    t.equal((await life.user(leaver))?.status, 'active', 'to the end of the last day')
    company.update(deleted, { firstName: 'There' })
    await until(async () => (await life.user(deleted))?.first_name === 'There')
    company.delete(deleted)
    await until(async () => (await life.user(deleted))?.status === 'deleted')
    await pipeline.caughtUp()

    // one day, now and then, asks the broker again
    await until(async () => (await life.daysAnnounced()).length > 0)
    await until(async () => Math.abs(await metric('hibob_importer_clock_skew_seconds{.*kafka')) > 60)
    t.match(await (await fetch(`${pipeline.importer.adminUrl}/health/ready`)).json(), { status: 'unavailable' })
    t.ok((await life.daysAnnounced()).every(date => date === today()))
    t.ok([undefined, today()].includes((await life.state())?.days?.['UTC']), 'no day but the present one has begun')
    t.equal((await life.user(leaver))?.status, 'active')

    clock.turn(0)
    await life.began(today())
    await until(async () => (await fetch(`${pipeline.importer.adminUrl}/health/ready`)).status === 200)
    if (brokerOff > 0) await until(async () => (await life.user(leaver))?.status === 'deactivated')
    await pipeline.caughtUp()
    await equalsFold(t, pipeline, tenant)
    t.equal(await pipeline.parked.count(), 0)
  })
