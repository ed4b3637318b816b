// An importer that is killed at any moment, or paused past its session: everyone who is due is read in the end, and an older reading never wins.
import { compareAsOf, type EventData } from '@hibob-sync/domain'
import t from 'tap'
import { equalsFold } from '../support/equality.ts'
import { preparePipeline, runIngress, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const prepared = await preparePipeline({
  tenants: { acme: 80 },
  settlingMs: 200,
  env: { IMPORTER_SESSION_TIMEOUT_MS: '6000', IMPORTER_BATCH_PEOPLE: '10' },
})
const projector = await runProjector(prepared)
const ingress = await runIngress(prepared)
const { company, secret, token } = prepared.accessOf('acme')
await company.sendWebhooksTo(`${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`, secret, {
  retryTimeScale: 0.05,
})
t.teardown(async () => {
  company.stopWebhooks()
  await ingress.stop()
  await projector.stop()
  await prepared.close()
})

const firstNames = async () =>
  new Map((await Array.fromAsync(prepared.models.users('acme', { all: true }))).map(user => [user.id, user.first_name]))

async function everyoneIsRight(): Promise<void> {
  await until(async () => {
    const names = await firstNames()
    return company.people.every(({ id, firstName }) => names.get(id) === firstName)
  }, 200)
}

await t.test('an importer killed again and again loses nobody who is due', async t => {
  company.announceEveryone()
  await company.deliveriesSettled()
  for (const lifeMs of [100, 500, 900]) {
    const service = await startService('importer', prepared)
    await new Promise(resolve => setTimeout(resolve, lifeMs))
    service.kill('SIGKILL')
    await service.exited
    for (const { id } of company.people.slice(0, 20)) company.update(id, { firstName: `After ${lifeMs}` })
    await company.deliveriesSettled()
  }
  const last = await startService('importer', prepared)
  await everyoneIsRight()
  await until(async () => (await prepared.pending.count()) === 0)
  t.equal((await firstNames()).size, company.people.length)
  last.kill('SIGTERM')
  t.equal(await last.exited, 0)
})

await t.test('an importer paused past its session appends nothing that wins over what its successor saw', async t => {
  const first = await startService('importer', prepared)
  company.update(company.people[30]?.id ?? '', { firstName: 'Before the pause' })
  await everyoneIsRight()
  company.misbehave({ slowMs: 1500 })
  company.update(company.people[30]?.id ?? '', { firstName: 'While paused' })
  await company.deliveriesSettled()
  await new Promise(resolve => setTimeout(resolve, 1600))
  first.kill('SIGSTOP')
  company.misbehave({ slowMs: null })
  const second = await startService('importer', prepared)
  company.update(company.people[30]?.id ?? '', { firstName: 'After the pause' })
  await everyoneIsRight()
  first.kill('SIGCONT')
  await until(async () => (await prepared.pending.count()) === 0)
  await projector.caughtUp()
  await everyoneIsRight()
  const seen = (await prepared.eventsOf('acme')).map(
    ({ value }) => JSON.parse(value ?? '{}') as { type: string; data: EventData<'hibob.employee.observed'> },
  )
  const readings = seen.filter(
    ({ type, data }) => type === 'hibob.employee.observed' && data.employeeId === company.people[30]?.id,
  )
  const newest = readings.reduce((a, b) => (compareAsOf(a.data.asOf, b.data.asOf) >= 0 ? a : b))
  t.equal(newest.data.fields['root.firstName'], 'After the pause')
  for (const service of [first, second]) service.kill('SIGKILL')
  await Promise.all([first.exited, second.exited])
})

await t.test('the read models are the fold of the log', async t => {
  await projector.caughtUp()
  await equalsFold(t, prepared, 'acme')
})
