// Imports that nobody asks for: each night, and after an outage. Several importers may think of it at once.
import type { EventData } from '@hibob-sync/domain'
import { partitionFor } from '@hibob-sync/kafka'
import { importStore } from '@hibob-sync/mongo'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { partitionCount, preparePipeline, runImporter, runIngress, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const names = ['north', 'south', 'east']
/** A tenant of the same partition that comes next when tenants are looked at. */
const witnesses = names.map(name => {
  const others = Array.from({ length: 1000 }, (_, number) => `${name}-${number}`)
  return others.find(other => partitionFor(other, partitionCount) === partitionFor(name, partitionCount)) ?? ''
})
const prepared = await preparePipeline({
  tenants: Object.fromEntries([...names.map(name => [name, 12]), ...witnesses.map(name => [name, 1])]),
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

const longAgo = new Date(Date.now() - 50 * hour)
let minutesAgo = 2

/** Resolves when all tenants were looked at once more: the witnesses, made due again, were asked for. */
async function lookedAgain(): Promise<void> {
  const at = new Date(Date.now() - ++minutesAgo * 60_000).toISOString().slice(11, 16)
  const nightly = { at, timeZone: 'UTC', since: longAgo }
  await tenants.updateMany({ _id: { $in: witnesses } }, { $set: { addedAt: longAgo, nightly } })
  for (const witness of witnesses)
    await until(async () => (await requestsOf(witness)).some(({ importId }) => importId.includes(`T${at}:`)))
}

await t.test('a tenant that has come just now waits for its night', async t => {
  await lookedAgain()
  for (const name of names) t.same(await requestsOf(name), [])
})

await t.test('each tenant is imported once a night, and what a night missed is made good', async t => {
  await tenants.updateMany({}, { $set: { addedAt: longAgo } })
  for (const name of names) {
    await until(async () => (await imports.newest(name))?.state === 'completed')
    t.match(await imports.newest(name), { reason: 'schedule', by: 'system', counts: { seen: 12 } })
  }
  await lookedAgain()
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
  await lookedAgain()
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
  await lookedAgain()
  for (const name of names) t.match(await requestsOf(name), [{ reason: 'schedule' }, { reason: 'outage' }])
})
