// What HiBob shows of somebody may be larger than the log takes: that person is counted and named, everybody else goes on.
import { topicNames } from '@hibob-sync/kafka'
import t from 'tap'
import { limitRecords } from '../../packages/kafka/test-topic.ts'
import { hibobSyncJson } from '../support/command.ts'
import { equalsFold } from '../support/equality.ts'
import { preparePipeline, runIngress, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'

const people = 30
const prepared = await preparePipeline({
  tenants: { acme: people, narrow: people },
  settlingMs: 200,
  env: { IMPORTER_RETRY_MAX_MS: '300' },
  rateLimits: { 'people/search': 1000 },
})
const { company, secret, token } = prepared.accessOf('acme')
const projector = await runProjector(prepared)
const importer = await startService('importer', prepared)
const ingress = await runIngress(prepared)
t.teardown(async () => {
  company.stopWebhooks()
  await ingress.stop()
  importer.kill('SIGTERM')
  await importer.exited
  await projector.stop()
  await prepared.close()
})

const [large, larger, third] = company.people.map(({ id }) => id) as [string, string, string]
const ofBytes = (bytes: number) => 'x'.repeat(bytes)
const importAll = () =>
  hibobSyncJson<{ state: string; counts: Record<string, number> }>(prepared.env, 'import', 'acme', '--wait')
const firstNameOf = async (id: string) =>
  (await Array.fromAsync(prepared.models.users('acme', { id })))[0]?.first_name ?? null
const warned = (employeeId: string, detail?: RegExp) =>
  importer.logged(
    line =>
      line['level'] === 'warn' && line['employeeId'] === employeeId && (detail?.test(`${line['detail']}`) ?? true),
  )

await t.test('an import counts as unreadable, and names, whoever is too large; everyone else is read', async t => {
  await limitRecords({ client: prepared.client, topic: topicNames(prepared.prefix).events }, 20_000)
  company.update(large, { firstName: ofBytes(30_000) })
  company.update(larger, { firstName: ofBytes(3 * 1024 * 1024) })
  const expected = { state: 'completed', counts: { seen: people, new: people - 1, unreadable: 1, not_seen: 0 } }
  t.match(await importAll(), expected)
  t.ok(await warned(large, /too large/))
  await projector.caughtUp()
  t.equal((await Array.fromAsync(prepared.models.users('acme'))).length, people - 1)
  t.equal(await firstNameOf(larger), null, 'a text without end costs itself alone')
  const again = { counts: { seen: people, new: 0, changed: 0, unchanged: people - 1, unreadable: 1 } }
  t.match(await importAll(), again, 'and so does the next one')
})

await t.test('a webhook about such a person is read again later, and holds up nobody', async t => {
  const url = `${ingress.url.replace('0.0.0.0', '127.0.0.1')}/webhooks/hibob/${token}`
  await company.sendWebhooksTo(url, secret)
  company.update(large, { surname: 'Still large' })
  company.update(third, { firstName: 'Read beside' })
  await until(async () => (await firstNameOf(third)) === 'Read beside')
  t.ok(await warned(large, /^undefined$/))
  await until(async () => (await prepared.pending.count('acme')) === 1)
  t.equal((await prepared.tenants.get('acme'))?.state, 'active')
  company.stopWebhooks()
  company.update(large, { firstName: 'Small again' })
  await until(async () => (await firstNameOf(large)) === 'Small again')
  await until(async () => (await prepared.pending.count('acme')) === 0)
})

await t.test('a topic that takes nothing of an import ends it, and says what to look at', async t => {
  await hibobSyncJson(prepared.env, 'import', 'narrow', '--wait')
  await projector.caughtUp()
  await limitRecords({ client: prepared.client, topic: topicNames(prepared.prefix).events }, 2500)
  const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', 'narrow')
  const imports = prepared.mongo.db.collection<{ _id: string; open?: boolean; outcome: unknown }>('imports')
  await until(async () => (await imports.findOne({ _id: import_id }))?.open === undefined)
  t.match((await imports.findOne({ _id: import_id }))?.outcome, {
    state: 'failed',
    failure: { code: 'log_refused', detail: /max\.message\.bytes/ },
  })
})

await t.test('the read models are the fold of the log', async t => {
  await projector.caughtUp()
  for (const tenant of ['acme', 'narrow']) await equalsFold(t, prepared, tenant)
})
