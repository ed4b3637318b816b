// A change that goes there and back while the projector lags: the import compares with what the projector knew, the fold with what it knows.
import type { EventData, HibobEvent } from '@hibob-sync/domain'
import t from 'tap'
import { hibobSyncJson } from '../support/command.ts'
import { equalsFold } from '../support/equality.ts'
import { preparePipeline, runImporter, runIngress, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const tenant = 'acme'
const prepared = await preparePipeline({ tenants: { [tenant]: 25 }, settlingMs: 200 })
const { company, secret, token } = prepared.accessOf(tenant)
const ingress = await runIngress(prepared)
const importer = await runImporter(prepared)
let projector = await runProjector(prepared)
t.teardown(async () => {
  company.stopWebhooks()
  await ingress.stop()
  await importer.stop()
  await projector.stop()
  await prepared.close()
})

const events = async () => (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
const importAll = () => hibobSyncJson<{ counts: Record<string, number> }>(prepared.env, 'import', tenant, '--wait')
const firstNameOf = async (id: string) =>
  (await Array.fromAsync(prepared.models.users(tenant, { id })))[0]?.first_name ?? null

await t.test('what is unchanged for the import and is not for the fold is read again, and ends right', async t => {
  await importAll()
  await projector.caughtUp()
  const { id, firstName } = company.people[7] ?? { id: '', firstName: '' }
  await projector.stop()
  await company.sendWebhooksTo(`${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`, secret)
  company.update(id, { firstName: 'There' })
  await company.deliveriesSettled()
  const isThere = ({ type, data }: HibobEvent) =>
    type === 'hibob.employee.observed' && (data as EventData<typeof type>).fields['root.firstName'] === 'There'
  await until(async () => (await events()).some(isThere))
  company.stopWebhooks()
  company.update(id, { firstName })
  t.match((await importAll()).counts, { changed: 0, unchanged: 25 }, 'nothing differs from what was last folded')
  projector = await runProjector(prepared)
  await projector.caughtUp()
  await importer.caughtUp()
  await projector.caughtUp()
  t.equal(await firstNameOf(id), firstName)
  await equalsFold(t, prepared, tenant)
})
