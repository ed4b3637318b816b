// Imports that nobody asks for: each night, and after an outage. Several importers may think of it at once.
import type { EventData } from '@hibob-sync/domain'
import { importStore } from '@hibob-sync/mongo'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { preparePipeline, runImporter, runIngress, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const names = ['north', 'south', 'east']
const prepared = await preparePipeline({
  tenants: Object.fromEntries(names.map(name => [name, 12])),
  settlingMs: 200,
  env: { IMPORTER_SCHEDULE_EVERY_MS: '100', IMPORTER_NIGHTLY_SPREAD_MS: '1000' },
})
const imports = importStore(prepared.mongo)
const tenants = prepared.mongo.db.collection<{ _id: string }>('tenants')
const projector = await runProjector(prepared)
const importers = [await runImporter(prepared), await runImporter(prepared)]
t.teardown(async () => {
  for (const importer of importers) await importer.stop()
  await projector.stop()
  await prepared.close()
})

const hour = 3_600_000
const requestsOf = async (tenant: string) =>
  (await prepared.eventsOf(tenant))
    .map(({ value }) => JSON.parse(value ?? '{}') as { type: string; data: EventData<'hibob.import.requested'> })
    .filter(({ type }) => type === 'hibob.import.requested')
    .map(({ data }) => data)

await t.test('a tenant that has come just now waits for its night', async t => {
  await new Promise(resolve => setTimeout(resolve, 500))
  for (const name of names) t.same(await requestsOf(name), [])
})

await t.test('each tenant is imported once a night, and what a night missed is made good', async t => {
  const longAgo = new Date(Date.now() - 50 * hour)
  await tenants.updateMany({}, { $set: { addedAt: longAgo } })
  for (const name of names) {
    await until(async () => (await imports.newest(name))?.state === 'completed')
    t.match(await imports.newest(name), { reason: 'schedule', by: 'system', counts: { seen: 12 } })
  }
  await new Promise(resolve => setTimeout(resolve, 500))
  for (const name of names) t.match(await requestsOf(name), [{ reason: 'schedule' }], 'asked for once')
})

await t.test('the time of the night is a setting of the tenant; what makes no sense is refused', async t => {
  const show = await hibobSyncJson<Record<string, unknown>>(
    prepared.env,
    'tenants',
    'set',
    'north',
    '--nightly-at',
    '03:30',
    '--time-zone',
    'Europe/Berlin',
  )
  t.match(show, { nightly_at: '03:30', time_zone: 'Europe/Berlin' })
  t.match(await prepared.tenants.get('south'), { nightly_at: '02:00', time_zone: 'UTC' })
  for (const wrong of [
    ['--nightly-at', '25:00'],
    ['--time-zone', 'Europe/Nowhere'],
  ])
    t.match(await hibobSync(prepared.env, 'tenants', 'set', 'north', ...wrong), { code: 1, stderr: /nightly_invalid/ })
  await new Promise(resolve => setTimeout(resolve, 500))
  t.equal((await requestsOf('north')).length, 1, 'a time that has passed today is due tomorrow')
})

await t.test('after an outage of more than two hours every tenant is imported, once', async t => {
  const lastSeen = { $set: { at: Date.now() - 3 * hour } }
  await prepared.mongo.db
    .collection<{ _id: string }>('service_beats')
    .updateOne({ _id: 'ingress' }, lastSeen, { upsert: true })
  const ingress = await runIngress(prepared)
  t.teardown(() => ingress.stop())
  for (const name of names) {
    await until(async () => {
      const newest = await imports.newest(name)
      return newest?.reason === 'outage' && newest.state === 'completed'
    })
  }
  await new Promise(resolve => setTimeout(resolve, 500))
  for (const name of names) t.match(await requestsOf(name), [{ reason: 'schedule' }, { reason: 'outage' }])
})
