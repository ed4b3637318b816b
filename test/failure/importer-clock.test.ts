// Importers whose clocks are off, one after the other and at once, while HiBob's answers lag behind: what HiBob showed last wins, nobody stays
// as they were, whoever was deleted goes, and no day comes early, whatever the clock of whoever reads and announces says.
import { compareAsOf, type EventData, type HibobEvent } from '@hibob-sync/domain'
import t from 'tap'
import type { Status } from '../../services/cli/commands/status.ts'
import { hibobSyncJson } from '../support/command.ts'
import { equalsFold } from '../support/equality.ts'
import { preparePipeline, runIngress, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { tenantLife } from '../support/settings-and-days.ts'
import { turnedClock } from '../support/turned-clock.ts'
import { until } from '../support/until.ts'
import { urlOf } from '../support/webhook-client.ts'

type Observation = EventData<'hibob.employee.observed'>

const tenant = 'acme'
const prepared = await preparePipeline({
  tenants: { [tenant]: 12 },
  settlingMs: 200,
  env: { IMPORTER_SESSION_TIMEOUT_MS: '6000', IMPORTER_SCHEDULE_EVERY_MS: '100' },
  rateLimits: { 'people/search': 1000 },
})
const { company, secret, token } = prepared.accessOf(tenant)
const ingress = await runIngress(prepared)
const projector = await runProjector(prepared)
await company.sendWebhooksTo(urlOf(ingress, token), secret, { retryTimeScale: 0.05 })
t.teardown(async () => {
  company.stopWebhooks()
  await projector.stop()
  await ingress.stop()
  await prepared.close()
})

const hourMs = 3_600_000
const life = tenantLife(prepared, tenant)
const today = () => new Date().toISOString().slice(0, 10)

/** An importer whose clock is so many hours ahead. */
const importerAt = (hours: number) =>
  startService('importer', { env: prepared.env, execArgv: turnedClock([hours * hourMs]) })

async function changeEveryone(name: string): Promise<void> {
  for (const { id } of company.people) company.update(id, { firstName: name })
  await company.deliveriesSettled()
}

async function observations(): Promise<Observation[]> {
  const events = (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
  return events.filter(({ type }) => type === 'hibob.employee.observed').map(({ data }) => data as Observation)
}

const everyoneIs = (name: string) =>
  until(async () => {
    await projector.caughtUp()
    const users = (await hibobSyncJson<{ first_name: string }[]>(prepared.env, 'users', tenant)) ?? []
    return users.length === company.people.length && users.every(({ first_name }) => first_name === name)
  }, 500)

async function deleteOne(): Promise<string> {
  const { id } = company.people.at(-1) as { id: string }
  company.delete(id)
  await company.deliveriesSettled()
  return id
}

const isGone = (id: string) => until(async () => (await life.user(id))?.status === 'deleted')

await t.test('one after the other, ahead, behind, far ahead, and right', async t => {
  await life.setTo({ leavers: { ends: 'termination_date' } })
  for (const [turn, hours] of [1, -1, 400 * 24, 0].entries()) {
    const importer = await importerAt(hours)
    await changeEveryone(`Turn ${turn}`)
    await everyoneIs(`Turn ${turn}`)
    await isGone(await deleteOne())
    if (hours !== 0) {
      await importer.logged(({ code, component }) => code === 'clock_skew' && component === 'mongodb')
      await importer.logged(({ code, component }) => code === 'clock_skew' && component === 'kafka')
      const { importer: shown } = await hibobSyncJson<Status>(prepared.env, 'status')
      t.ok(Math.abs((shown.clock_skew_s.mongodb ?? 0) - hours * 3600) < 60, JSON.stringify(shown))
      t.same(await life.daysAnnounced(), [], 'no day is announced by a clock that is off')
    }
    importer.kill('SIGTERM')
    t.equal(await importer.exited, 0)
  }
  const clocks = (await observations()).map(({ observedAt }) =>
    Math.round((Date.parse(observedAt) - Date.now()) / hourMs),
  )
  t.same(
    [...new Set(clocks)].sort((a, b) => a - b),
    [-1, 0, 1, 400 * 24],
    'the readers’ clocks were what they were meant to be',
  )
  await life.began(today())
  t.ok((await life.daysAnnounced()).every(date => date <= today()))
  await equalsFold(t, prepared, tenant)
})

await t.test('two at once that take over from each other', async t => {
  const ahead = await importerAt(1)
  await changeEveryone('Before')
  await everyoneIs('Before')
  ahead.kill('SIGSTOP')
  const behind = await importerAt(0)
  await changeEveryone('After')
  await everyoneIs('After')
  ahead.kill('SIGCONT')
  const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
  await until(async () => {
    const events = (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
    return events.some(
      ({ type, data }) => type === 'hibob.import.completed' && 'importId' in data && data.importId === import_id,
    )
  }, 500)
  await everyoneIs('After')
  for (const { id } of company.people) {
    const own = (await observations()).filter(({ employeeId }) => employeeId === id)
    const newest = own.reduce((a, b) => (compareAsOf(a.asOf, b.asOf) >= 0 ? a : b))
    t.equal(newest.fields['root.firstName'], 'After')
  }
  await equalsFold(t, prepared, tenant)
  for (const service of [ahead, behind]) service.kill('SIGKILL')
  await Promise.all([ahead.exited, behind.exited])
})
