// Importers whose clocks are an hour off, one after the other and at once: what HiBob showed last wins, whatever its reader's clock says.
import { compareAsOf, type EventData, type HibobEvent } from '@hibob-sync/domain'
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { equalsFold } from '../support/equality.ts'
import { preparePipeline, runIngress, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'
import { urlOf } from '../support/webhook-client.ts'

type Observation = EventData<'hibob.employee.observed'>

const tenant = 'acme'
const prepared = await preparePipeline({
  tenants: { [tenant]: 12 },
  settlingMs: 200,
  env: { IMPORTER_SESSION_TIMEOUT_MS: '6000' },
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

/** An importer whose clock is so many hours ahead. */
const importerAt = (hours: number) =>
  startService('importer', { env: prepared.env, execArgv: ['--import', `data:text/javascript,${shifted(hours)}`] })

const shifted = (hours: number) =>
  encodeURIComponent(`
    const off = ${hours * 3_600_000}, Real = Date
    globalThis.Date = class extends Real {
      constructor(...given) { given.length === 0 ? super(Real.now() + off) : super(...given) }
      static now() { return Real.now() + off }
    }`)

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

await t.test('one after the other, one of two an hour ahead', async t => {
  for (const [turn, hours] of [1, 0, 1, 0].entries()) {
    const importer = await importerAt(hours)
    await changeEveryone(`Turn ${turn}`)
    await everyoneIs(`Turn ${turn}`)
    importer.kill('SIGTERM')
    t.equal(await importer.exited, 0)
  }
  const clocks = (await observations()).map(({ observedAt }) =>
    Math.round((Date.parse(observedAt) - Date.now()) / 3_600_000),
  )
  t.same([...new Set(clocks)].sort(), [0, 1], 'the readers’ clocks were what they were meant to be')
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
