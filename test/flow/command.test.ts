// What operators do with the command, against real engines.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bodyBytes } from '@hibob-sync/hibob'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startPipeline } from '../support/pipeline.ts'

const pipeline = await startPipeline({ tenants: { acme: 12 } })
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await pipeline.stop()
  await rm(files, { recursive: true, force: true })
})
const env = { ...pipeline.env, PUBLIC_URL: 'https://sync.example/' }
const company = pipeline.company('acme')
company.announceEveryone()
await pipeline.caughtUp()

const file = async (name: string, content: string) => {
  await writeFile(join(files, name), content)
  return join(files, name)
}

await t.test('tenants add prints the webhook URL, keeps secrets to itself, and refuses what cannot be', async t => {
  const token = await file('token', 'service-token\n')
  const secret = await file('secret', 'signing-secret\r\n')
  const args = [
    'tenants',
    'add',
    'beta',
    '--company-id',
    '9',
    '--hibob-url',
    pipeline.simulator.url,
    '--service-user-id',
    'S',
    '--service-user-token-file',
    token,
    '--signing-secret-file',
    secret,
  ]
  const added = await hibobSyncJson<{ tenant: string; webhook_url: string }>(env, ...args)
  t.equal(added.tenant, 'beta')
  t.match(added.webhook_url, /^https:\/\/sync\.example\/webhooks\/hibob\/[\w-]{43}$/)
  const shown = await hibobSyncJson<Record<string, unknown>>(env, 'tenants', 'show', 'beta')
  t.match(shown, { tenant: 'beta', company_id: '9', state: String, generation: 1 })
  t.notMatch(JSON.stringify(shown), /service-token|signing-secret/)
  t.equal(
    (await pipeline.tenants.credentials('beta')).token.reveal(),
    'service-token',
    'a line end is no part of a secret',
  )
  const again = await hibobSync(env, ...args)
  t.equal(again.code, 1)
  t.match(again.stderr, /tenant_exists/)
  const foreign = await hibobSync(
    env,
    'tenants',
    'add',
    'gamma',
    '--company-id',
    '9',
    '--hibob-url',
    'https://elsewhere.example/v1',
    '--service-user-id',
    'S',
    '--service-user-token-file',
    token,
  )
  t.match([foreign.code, foreign.stderr], [1, /hibob_url_not_allowed/])
  const named = await hibobSync(
    env,
    'tenants',
    'add',
    'no/slash',
    '--company-id',
    '9',
    '--service-user-id',
    'S',
    '--service-user-token-file',
    token,
  )
  t.match([named.code, named.stderr], [1, /tenant_id_invalid/])
})

await t.test('users, teams and managers print tables for people and exact JSON for programs', async t => {
  const users = await hibobSyncJson<unknown[]>(env, 'users', 'acme')
  t.same(users, await Array.fromAsync(pipeline.models.users('acme')))
  const one = await hibobSyncJson<{ id: string }[]>(env, 'users', 'acme', '--id', company.people[0]?.id ?? '')
  t.equal(one[0]?.id, company.people[0]?.id)
  t.match((await hibobSync(env, 'users', 'acme')).stdout, new RegExp(company.people[1]?.surname ?? 'nobody'))
  t.match(await hibobSyncJson(env, 'teams', 'acme'), [{ id: String, name: String, member_count: Number }])
  t.match(await hibobSyncJson(env, 'managers', 'acme'), [{ id: String, state: 'active', direct_reports: [String] }])
  const nobody = await hibobSync(env, 'users', 'acme', '--id', '1')
  t.match([nobody.code, nobody.stderr], [1, /not_found/])
  const unknown = await hibobSync(env, 'users', 'nowhere', '--json')
  t.match([unknown.code, unknown.stdout, unknown.stderr], [1, '', /tenant_unknown/])
})

await t.test(
  'events prints one CloudEvent a line with partition and offset, and the webhook’s exact bytes are in it',
  async t => {
    const id = company.people[2]?.id ?? ''
    const { stdout } = await hibobSync(env, 'events', 'acme', '--employee', id, '--json')
    const events = stdout
      .trim()
      .split('\n')
      .map(
        line =>
          JSON.parse(line) as {
            type: string
            subject: string
            partition: number
            offset: number
            data: { body?: string }
          },
      )
    t.ok(
      events.every(
        ({ subject, partition, offset }) => subject === id && Number.isInteger(partition) && Number.isInteger(offset),
      ),
    )
    const webhook = events.find(({ type }) => type === 'hibob.webhook.received')
    const sent = company.webhookLog.find(({ employeeId }) => employeeId === id)
    t.equal(bodyBytes(webhook?.data ?? {}).toString(), sent?.body)
    t.equal((await hibobSync(env, 'events', 'acme', '--to', '2020-01-01T00:00:00Z', '--json')).stdout, '')
  },
)

await t.test('what destroys asks first: without a terminal it needs --yes', async t => {
  const asked = await hibobSync(env, 'tenants', 'remove', 'beta')
  t.match([asked.code, asked.stderr], [1, /not_confirmed.*--yes/s])
  t.not((await pipeline.tenants.get('beta'))?.state, 'removed')
  t.match(await hibobSyncJson(env, 'tenants', 'remove', 'beta', '--yes'), { tenant: 'beta', state: 'removed' })
  t.equal((await pipeline.tenants.get('beta'))?.state, 'removed')
})

await t.test('a parked event is listed, read anew on retry, and discarded', async t => {
  const id = company.people[3]?.id ?? ''
  await pipeline.append('hibob.employee.observed', 'acme', {
    employeeId: id,
    fields: {},
    labels: { 'root.firstName': { not: 'a text' } } as never,
    absent: [],
    digest: 'x',
    asOf: { offset: 1e9, takeover: 1, request: 1 },
    observedAt: '',
    cause: { kind: 'test' },
  })
  await pipeline.projector.caughtUp()
  const [note] = await hibobSyncJson<{ id: string; code: string; employeeId: string }[]>(env, 'parked', 'list', 'acme')
  t.match(note, { code: 'event_undecodable', employeeId: id })
  const calls = company.calls['people/search'] ?? 0
  t.match(await hibobSyncJson(env, 'parked', 'retry', note?.id ?? ''), { due: id })
  await pipeline.caughtUp()
  t.equal(company.calls['people/search'], calls + 1)
  t.match(await hibobSyncJson(env, 'parked', 'discard', note?.id ?? '', '--yes'), { discarded: true })
  t.same(await hibobSyncJson(env, 'parked', 'list', 'acme'), [])
})

await t.test('status tells how far everything is', async t => {
  await pipeline.caughtUp()
  const status = await hibobSyncJson<{ tenants: { tenant: string }[] }>(env, 'status')
  t.match(status, { importer: { lag: 0 }, projector: { lag: 0 }, pending_reads: 0, parked: 0 })
  t.match(
    status.tenants.find(({ tenant }) => tenant === 'acme'),
    { state: 'active', users: company.people.length },
  )
})

await t.test('engines that do not answer are named, within seconds', async t => {
  const noMongo = await hibobSync(
    { ...env, MONGODB_URL: 'mongodb://127.0.0.1:1/x?serverSelectionTimeoutMS=500' },
    'users',
    'acme',
  )
  t.match([noMongo.code, noMongo.stderr], [1, /mongodb_unreachable.*MONGODB_URL/s])
  const noKafka = await hibobSync({ ...env, KAFKA_BROKERS: '127.0.0.1:1' }, 'topics', 'check')
  t.match([noKafka.code, noKafka.stderr], [1, /kafka_unreachable.*KAFKA_BROKERS/s])
  const nothingSet = await hibobSync(
    { ...process.env, KAFKA_BROKERS: '', MONGODB_URL: '', HIBOB_SYNC_DATA: files },
    'status',
  )
  t.match([nothingSet.code, nothingSet.stderr], [1, /KAFKA_BROKERS is not set.*MONGODB_URL is not set/s])
})

await t.test('every act on a tenant is audited', async t => {
  const acts = await pipeline.mongo.db.collection('audit').find({ tenantId: 'beta' }).toArray()
  t.same(
    acts.map(({ act }) => act).filter(act => act !== 'tenant.credentials-refused'),
    ['tenant.add', 'tenant.remove'],
  )
  t.ok(await readFile(join(files, 'token'), 'utf8'))
})
