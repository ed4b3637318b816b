// What the command changes: URLs, secrets, credentials, pauses, resends. Each act is done, told, and audited.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { startPipeline } from '../support/pipeline.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy, urlOf } from '../support/webhook-client.ts'

const pipeline = await startPipeline({ tenants: { acme: 3 } })
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await pipeline.stop()
  await rm(files, { recursive: true, force: true })
})
const { env } = pipeline
const company = pipeline.company('acme')
company.announceEveryone()
await pipeline.caughtUp()

const file = async (name: string, content: string) => {
  await writeFile(join(files, name), content)
  return join(files, name)
}
const isResent = ({ type }: { type?: string }) => type === 'learnamp.user.resent'
const webhook = Buffer.from('{"type":"employee.updated","companyId":700000,"data":{"employeeId":"1"}}')
const statusOf = async (token: string, secret: string) =>
  (await postWebhook(urlOf(pipeline.ingress, token), webhook, signedBy(secret, webhook))).status

await t.test('during a rotation of the secret both are taken, and the former is refused once removed', async t => {
  const { token, secret } = pipeline.accessOf('acme')
  const [former] = (await hibobSyncJson<{ secrets: { id: string }[] }>(env, 'tenants', 'show', 'acme')).secrets
  const next = await file('next-secret', 'the-next-secret\n')
  const args = ['tenants', 'add-secret', 'acme', '--signing-secret-file', next]
  const { secret_id } = await hibobSyncJson<{ secret_id: string }>(env, ...args)
  t.not(secret_id, former?.id)
  await until(async () => (await statusOf(token, 'the-next-secret')) === 200)
  t.equal(await statusOf(token, secret), 200)
  const asked = await hibobSync(env, 'tenants', 'remove-secret', 'acme', former?.id ?? '')
  t.match([asked.code, asked.stderr], [1, /not_confirmed/])
  await hibobSyncJson(env, 'tenants', 'remove-secret', 'acme', former?.id ?? '', '--yes')
  await until(async () => (await statusOf(token, secret)) === 401)
  t.equal(await statusOf(token, 'the-next-secret'), 200)
  const unknown = await hibobSync(env, 'tenants', 'remove-secret', 'acme', 'nope', '--yes')
  t.match([unknown.code, unknown.stderr], [1, /secret_unknown/])
})

await t.test('rotate-url asks first, then the new URL is taken and the former is unknown', async t => {
  const { token } = pipeline.accessOf('acme')
  const asked = await hibobSync(env, 'tenants', 'rotate-url', 'acme')
  t.match([asked.code, asked.stderr], [1, /not_confirmed.*--yes/s])
  const { webhook_url } = await hibobSyncJson<{ webhook_url: string }>(env, 'tenants', 'rotate-url', 'acme', '--yes')
  const fresh = webhook_url.split('/').at(-1) ?? ''
  await until(async () => (await statusOf(fresh, 'the-next-secret')) === 200)
  await until(async () => (await statusOf(token, 'the-next-secret')) === 404)
})

await t.test('a tenant is paused, resumed and given new credentials', async t => {
  t.match(await hibobSyncJson(env, 'tenants', 'pause', 'acme'), { tenant: 'acme', state: 'paused' })
  t.match(await hibobSyncJson(env, 'tenants', 'resume', 'acme'), { tenant: 'acme', state: 'active' })
  const token = await file('token', `${company.token}\n`)
  const args = ['tenants', 'set', 'acme', '--service-user-id', company.serviceUserId, '--service-user-token-file']
  t.match(await hibobSyncJson(env, ...args, token), { tenant: 'acme', state: 'active' })
  t.equal((await pipeline.tenants.credentials('acme')).token.reveal(), company.token)
  const empty = await hibobSync(env, ...args, await file('empty', '\n'))
  t.match([empty.code, empty.stderr], [1, /file_empty/])
  const nothing = await hibobSync(env, 'tenants', 'set', 'acme')
  t.match([nothing.code, nothing.stderr], [1, /nothing_to_set/])
  const unknown = await hibobSync(env, 'tenants', 'pause', 'nowhere')
  t.match([unknown.code, unknown.stderr], [1, /tenant_unknown/])
})

await t.test('resend tells the present state of one user, or of everything, again under new ids', async t => {
  const id = company.people[0]?.id ?? ''
  const resentOf = async () =>
    (await pipeline.userChangesOf('acme')).map(({ value }) => JSON.parse(value ?? '{}')).filter(isResent)
  await hibobSyncJson(env, 'resend', 'acme', '--user', id)
  await pipeline.projector.caughtUp()
  await until(async () => (await resentOf()).length > 0)
  const [user] = await hibobSyncJson<object[]>(env, 'users', 'acme', '--id', id)
  t.match(await resentOf(), [{ subject: id, data: { user, changed: [] } }])
  await hibobSyncJson(env, 'resend', 'acme')
  await pipeline.projector.caughtUp()
  await until(async () => (await resentOf()).length === 1 + company.people.length)
  const nobody = await hibobSync(env, 'resend', 'acme', '--user', '1')
  t.match([nobody.code, nobody.stderr], [1, /not_found/])
})

await t.test('a parked event about no person names the replay that folds it, and stays parked', async t => {
  const note = {
    tenantId: 'acme',
    generation: 1,
    partition: 0,
    offset: 1,
    type: 'tenant.resend.requested',
    employeeId: null,
  }
  await pipeline.parked.park([{ ...note, document: null, code: 'broken', message: 'made by a test', eventId: 'x' }])
  const retried = await hibobSync(env, 'parked', 'retry', '0-1')
  t.match([retried.code, retried.stderr], [1, /replay_needed.*hibob-sync replay acme/s])
  const asked = await hibobSync(env, 'parked', 'discard', '0-1')
  t.match([asked.code, asked.stderr], [1, /not_confirmed/])
  t.match(await hibobSyncJson(env, 'parked', 'show', '0-1'), { id: '0-1', code: 'broken' })
})

await t.test('topics are created, checked, and named when they are missing', async t => {
  const fresh = { ...env, TOPIC_PREFIX: `${env['TOPIC_PREFIX']}fresh.` }
  const missing = await hibobSync(fresh, 'topics', 'check', '--json')
  t.equal(missing.code, 1)
  t.match(JSON.parse(missing.stdout), { problems: [{ problem: /does not exist/ }] })
  const status = await hibobSync(fresh, 'status')
  t.match([status.code, status.stderr], [1, /topics_unsafe.*topics apply/s])
  t.match(await hibobSyncJson(fresh, 'topics', 'apply'), { done: [/created/, /created/, /created/] })
  t.match(await hibobSyncJson(fresh, 'topics', 'apply'), { done: [] })
  t.match(await hibobSyncJson(fresh, 'topics', 'check'), { problems: [] })
  const production = await hibobSync({ ...fresh, NODE_ENV: 'production' }, 'topics', 'check')
  t.match([production.code, production.stdout], [1, /fewer than 3 replicas/], 'one replica is no production')
})

await t.test('each of these acts is audited with who did it', async t => {
  const acts = await pipeline.mongo.db
    .collection('audit')
    .find({ tenantId: 'acme', by: { $ne: 'test' } })
    .toArray()
  const expected = [
    'tenant.add-secret',
    'tenant.remove-secret',
    'tenant.rotate-url',
    'tenant.pause',
    'tenant.resume',
    'tenant.set-credentials',
    'tenant.resend',
    'tenant.resend',
  ]
  t.same(
    acts.map(({ act }) => act),
    expected,
  )
  t.ok(acts.every(({ by, at }) => typeof by === 'string' && at instanceof Date))
})
