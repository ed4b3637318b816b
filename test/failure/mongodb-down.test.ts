// MongoDB that stops answering: the projector waits and says so, parks nothing, and goes on by itself.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Engines, startMongo } from '@hibob-sync/local-engines'
import t from 'tap'
import { engines } from '../support/engines.ts'
import { equalsFold } from '../support/equality.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-mongo-'))
const mongod = await startMongo({
  dataDir,
  cacheDir: resolve(import.meta.dirname, '../../.data/engines'),
  testCommands: true,
})
const shared: Engines = await engines()
process.env['KAFKA_BROKERS'] = shared.brokers.join(',')
process.env['MONGODB_URL'] = mongod.urlFor('test')
const pipeline = await startPipeline({ tenants: { acme: 30 } })
t.teardown(async () => {
  mongod.kill('SIGCONT')
  await pipeline.stop()
  await mongod.stop()
  await rm(dataDir, { recursive: true, force: true })
})

await t.test(
  'while MongoDB stands still webhooks are taken; afterwards everything is folded, nothing is parked',
  async t => {
    const company = pipeline.company('acme')
    company.announceEveryone()
    await pipeline.caughtUp()
    mongod.kill('SIGSTOP')
    for (const { id } of company.people) company.update(id, { firstName: 'During' })
    await company.deliveriesSettled()
    t.ok(
      company.webhookLog.every(({ state, attempts }) => state === 'delivered' && attempts.at(-1)?.status === 200),
      'the ingress goes on for the tenants it knows',
    )
    await new Promise(resolve => setTimeout(resolve, 3000))
    mongod.kill('SIGCONT')
    await pipeline.caughtUp()
    const users = await Array.fromAsync(pipeline.models.users('acme', { all: true }))
    t.equal(users.length, company.people.length)
    t.ok(users.every(({ first_name }) => first_name === 'During'))
    t.equal(await pipeline.parked.count(), 0)
  },
)

await t.test('commits whose connection is cut cost nothing but time', async t => {
  const company = pipeline.company('acme')
  const cut = (mode: unknown) =>
    pipeline.mongo.client.db('admin').command({
      configureFailPoint: 'failCommand',
      mode,
      data: { failCommands: ['commitTransaction'], closeConnection: true, appName: 'hibob-sync-projector' },
    })
  await cut({ times: 3 })
  for (const { id } of company.people) company.update(id, { firstName: 'Cut' })
  await pipeline.caughtUp()
  t.ok(Number((await cut('off'))['count']) >= 3, 'so many commits of the projector were cut')
  await equalsFold(t, pipeline, 'acme')
  t.equal(await pipeline.parked.count(), 0)
})

await t.test('a primary that steps down costs nothing but time', async t => {
  const company = pipeline.company('acme')
  const admin = pipeline.mongo.client.db('admin')
  const term = async () => Number((await admin.command({ replSetGetStatus: 1 }))['term'])
  const before = await term()
  for (const { id } of company.people) company.update(id, { firstName: 'Stepped' })
  await admin.command({ replSetStepDown: 2, secondaryCatchUpPeriodSecs: 1, force: true })
  for (const { id } of company.people) company.update(id, { surname: 'Down' })
  await pipeline.caughtUp()
  t.ok((await term()) > before, 'there was an election')
  const users = await Array.fromAsync(pipeline.models.users('acme', { all: true }))
  t.ok(users.every(({ first_name, last_name }) => first_name === 'Stepped' && last_name === 'Down'))
  await equalsFold(t, pipeline, 'acme')
  t.equal(await pipeline.parked.count(), 0)
})

const failCommand = (mode: object | string, data: object = {}) =>
  pipeline.mongo.client.db('admin').command({
    configureFailPoint: 'failCommand',
    mode,
    data: { appName: 'hibob-sync-projector', failCommands: ['insert'], ...data },
  })

await t.test('a primary that is interrupted again and again parks nothing', async t => {
  const company = pipeline.company('acme')
  await failCommand({ times: 20 }, { errorCode: 11602 })
  for (const { id } of company.people) company.update(id, { firstName: 'Interrupted' })
  await pipeline.caughtUp()
  await equalsFold(t, pipeline, 'acme')
  t.equal(await pipeline.parked.count(), 0)
})

await t.test(
  'what MongoDB never stores is parked by itself, with class and code, and what follows is folded',
  async t => {
    const company = pipeline.company('acme')
    const [refused, ...others] = company.people
    if (refused === undefined) throw new Error('nobody')
    await failCommand('alwaysOn', { errorCode: 10334 })
    company.update(refused.id, { firstName: 'Refused' })
    await until(async () => (await pipeline.parked.count()) > 0)
    await failCommand('off')
    for (const { id } of others) company.update(id, { firstName: 'Taken' })
    await pipeline.caughtUp()
    const [note, ...more] = await pipeline.parked.list('acme')
    t.same(more, [])
    t.match(note, { employeeId: refused.id, code: 'store_refused', message: /10334/ })
    t.notMatch(JSON.stringify(note), /Refused/)
    const users = await Array.fromAsync(pipeline.models.users('acme', { all: true }))
    t.same(
      users.map(({ id, first_name }) => [id, first_name]).sort(),
      company.people.map(({ id }) => [id, id === refused.id ? 'Interrupted' : 'Taken']).sort(),
    )
    company.update(refused.id, { firstName: 'Later' })
    await pipeline.caughtUp()
    t.equal((await Array.fromAsync(pipeline.models.users('acme', { id: refused.id })))[0]?.first_name, 'Later')
  },
)
