// Importers that come and go while people change: everyone is read in the end, no two readings share an asOf, and the greatest one is right.
import { compareAsOf, type EventData, type HibobEvent } from '@hibob-sync/domain'
import t from 'tap'
import { partitionCount, preparePipeline, runImporter, runIngress } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

type Observation = EventData<'hibob.employee.observed'>

const tenants = { one: 20, two: 20, three: 20, four: 20, five: 20, six: 20 }
const prepared = await preparePipeline({
  tenants,
  settlingMs: 200,
  env: { IMPORTER_SESSION_TIMEOUT_MS: '6000' },
  rateLimits: { 'people/search': 1000 },
})
const ingress = await runIngress(prepared)
const names = Object.keys(tenants)
for (const tenant of names) {
  const { company, secret, token } = prepared.accessOf(tenant)
  const url = `${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`
  await company.sendWebhooksTo(url, secret, { retryTimeScale: 0.05 })
}
t.teardown(async () => {
  for (const tenant of names) prepared.company(tenant).stopWebhooks()
  await ingress.stop()
  await prepared.close()
})

async function changeEveryone(name: string): Promise<void> {
  for (const tenant of names) {
    const company = prepared.company(tenant)
    for (const { id } of company.people) company.update(id, { firstName: name })
  }
  await Promise.all(names.map(tenant => prepared.company(tenant).deliveriesSettled()))
}

async function observationsOf(tenant: string): Promise<Observation[]> {
  const events = (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
  return events.filter(({ type }) => type === 'hibob.employee.observed').map(({ data }) => data as Observation)
}

await t.test('importers that share the partitions anew in the middle of their work lose nobody', async t => {
  const first = await runImporter(prepared)
  await changeEveryone('First')
  const second = await runImporter(prepared)
  await changeEveryone('Second')
  await until(() => {
    const [own, others] = [first.consumer.assigned(), second.consumer.assigned()]
    return own.length > 0 && others.length > 0 && new Set([...own, ...others]).size === partitionCount
  })
  await changeEveryone('Third')
  await first.stop()
  await changeEveryone('Last')
  await until(() => second.consumer.assigned().length === partitionCount)
  await second.caughtUp()
  for (const tenant of names) {
    const observations = await observationsOf(tenant)
    for (const { id } of prepared.company(tenant).people) {
      const own = observations.filter(({ employeeId }) => employeeId === id)
      const asOfs = new Set(own.map(({ asOf }) => JSON.stringify(asOf)))
      t.equal(asOfs.size, own.length, 'each reading has an asOf of its own')
      const newest = own.reduce((a, b) => (compareAsOf(a.asOf, b.asOf) >= 0 ? a : b))
      t.equal(newest.fields['root.firstName'], 'Last')
    }
  }
  await second.stop()
})
