// Marks of its own stand in every header, token, secret, value, label, body and reason that passes through. None of them may come up where
// people look who must not see them: logs, metrics, answers, notes, audit, Kafka's headers and group names.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePorts } from '@hibob-sync/local-engines'
import t from 'tap'
import { namesIn } from '../../packages/kafka/test-names.ts'
import { hibobSync } from '../support/command.ts'
import { uniqueName } from '../support/engines.ts'
import { type Row, type StandInRoute, startHibobStandIn } from '../support/hibob-stand-in.ts'
import { preparePipeline } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'
import { until } from '../support/until.ts'
import { postWebhook, signedBy } from '../support/webhook-client.ts'
import { startReceiver } from '../support/webhook-receiver.ts'

const marks = new Map<string, string>()
/** The mark of a place: letters alone, so that it passes wherever a name does. */
function mark(place: string): string {
  const known = marks.get(place) ?? `Canary${place}${Buffer.from(uniqueName('x')).toString('hex').slice(-8)}`
  marks.set(place, known)
  return known
}

const headers = { 'x-odd': mark('AnswerHeader') }
const person = (id: string, more: object = {}): Row => ({
  id,
  ...{ displayName: mark('DisplayName'), firstName: mark('FirstName'), surname: mark('Surname') },
  email: `${mark('Email')}@example.com`,
  work: { title: '5', department: mark('ItemId'), site: mark('Site'), startDate: '2026-01-01' },
  internal: { lifecycleStatus: 'Employed', status: mark('Status') },
  humanReadable: { work: { title: mark('Label'), department: mark('TeamLabel') } },
  ...more,
})
let rows = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'].map(id => person(id))
const people: StandInRoute = ({ body }) => {
  const ids = (JSON.parse(body.toString()) as { filters?: { values: string[] }[] }).filters?.[0]?.values
  return { headers, body: { employees: rows.filter(({ id }) => ids === undefined || ids.includes(String(id))) } }
}
const list = { id: 5, name: mark('ItemName'), value: mark('ItemName') }
const hibob = await startHibobStandIn({
  'POST /people/search': people,
  'GET /company/named-lists': { headers, body: { title: { name: 'title', items: [list] } } },
  'GET /company/named-lists/title': { headers, body: { name: 'title', items: [list] } },
})
const receiver = await startReceiver((_, response) => response.writeHead(500, headers).end(mark('AlertAnswer')))
const [ingressPort = 0, ...adminPorts] = await freePorts(4)
const prepared = await preparePipeline({
  tenants: {},
  env: { HIBOB_ALLOWED_URLS: hibob.url, INGRESS_PORT: String(ingressPort), IMPORTER_RETRY_MAX_MS: '300' },
})
const { env } = prepared
const account = { id: '700123', serviceUserId: 'SERVICE-1', token: mark('ServiceUserToken') }
const { token, secret } = await prepared.addTenant('acme', hibob.url, account)
marks.set('UrlToken', token)
marks.set('SigningSecret', secret)
marks.set('MasterKey', env['MASTER_KEY'] ?? '')

const services = await Promise.all(
  ['ingress', 'importer', 'projector'].map((service, at) =>
    startService(service, { env: { ...env, ADMIN_PORT: String(adminPorts[at]) } }),
  ),
)
t.teardown(async () => {
  for (const service of services) service.kill('SIGTERM')
  await Promise.all(services.map(({ exited }) => exited))
  await prepared.close()
  await hibob.close()
  receiver.close()
})

const said: string[] = []
/** What it prints as asked for may hold values; what it says on standard error may not. */
async function run(...args: string[]): Promise<number | null> {
  const { code, stderr } = await hibobSync(env, ...args)
  said.push(stderr)
  return code
}
const url = (to: string) => `http://127.0.0.1:${ingressPort}/webhooks/hibob/${to}`
async function send(body: string, more: Record<string, string> = {}, to = token): Promise<void> {
  const bytes = Buffer.from(body)
  const answer = await postWebhook(url(to), bytes, {
    ...signedBy(secret, bytes),
    'x-odd': mark('WebhookHeader'),
    ...more,
  })
  said.push(JSON.stringify(answer))
}
let sent = 0
const updated = (id: string) => {
  // the same again would be taken for a repeat
  const data = { employeeId: id, version: ++sent }
  return send(JSON.stringify({ companyId: 700123, type: 'employee.updated', triggeredBy: 'SYSTEM', data }))
}
const calls = () => hibob.callsOf('POST /people/search').length
const users = () => Array.fromAsync(prepared.models.users('acme', { all: true }))

await t.test('a whole way, and everything that can go wrong on it', async t => {
  await updated('1')
  await until(async () => (await users()).length === 1)
  t.match((await users())[0], { full_name: mark('DisplayName') }, 'the marks do pass through')
  await send(JSON.stringify({ type: 'employee.created', employee: { email: mark('BodyEmail') } }))
  await send(`{"broken": ${mark('BrokenBody')}`)
  await send('{}', { 'bob-signature': mark('Signature') })
  await send('{}', {}, mark('UnknownToken'))
  await send(
    JSON.stringify({ companyId: mark('Company'), type: mark('WebhookType'), data: { employeeId: mark('Id') } }),
  )
  await send('x'.repeat(300_000))
  await run('import', 'acme', '--wait')
  await until(async () => (await users()).length === rows.length)

  const oddAnswers: StandInRoute[] = [
    { status: 500, headers, body: { error: mark('ServerError') } },
    { headers: { ...headers, 'content-type': 'text/html' }, body: Buffer.from(`<html>${mark('Html')}</html>`) },
    { headers, body: Buffer.from(`{"employees": [{"id": "1", "x": ${mark('BrokenJson')}`) },
    { headers, body: { [mark('AnswerKey')]: mark('AnswerValue') } },
    { headers, body: { employees: [{ id: { odd: mark('OddId') } }, mark('OddRow')] } },
    { status: 302, headers: { ...headers, location: `https://example.com/${mark('Location')}` } },
    { status: 403, headers, body: { error: mark('Forbidden') } },
    { status: 401, headers: { 'www-authenticate': mark('Challenge') }, body: { error: mark('Unauthorized') } },
  ]
  const folder = join(t.testdir(), 'files')
  await mkdir(folder)
  const file = async (name: string, text: string) => {
    await writeFile(join(folder, name), text)
    return join(folder, name)
  }
  const state = async () => (await prepared.tenants.get('acme'))?.state
  const newToken = await file('token', mark('NewToken'))
  for (const answer of oddAnswers) {
    const before = calls()
    hibob.answer({ 'POST /people/search': answer })
    await updated('2')
    await until(() => calls() > before)
    await run('import', 'acme')
    await run('status', '--json')
    if (![401, 403].includes((answer as { status?: number }).status ?? 200)) continue
    await until(async () => (await state()) === 'credentials_invalid')
    await run('tenants', 'show', 'acme', '--json')
    hibob.answer({ 'POST /people/search': people })
    await run('tenants', 'set', 'acme', '--service-user-token-file', newToken)
    await until(async () => (await prepared.pending.count('acme')) === 0)
  }

  hibob.answer({ 'POST /people/search': people })
  await run('tenants', 'add-secret', 'acme', '--signing-secret-file', await file('secret', mark('NewSecret')))
  await run('tenants', 'set', 'acme', '--hibob-url', `https://somebody:${mark('UrlPassword')}@example.com/v1`)
  await run('tenants', 'set', 'acme', '--service-user-token-file', await file('odd', `TOKEN="${mark('OddToken')}"\n`))
  await run('explain', 'acme', 'nobody')
  const odd = { employeeId: '1', labels: { [mark('OddLabelKey')]: { [mark('OddLabel')]: 1 } } }
  await prepared.append('hibob.employee.observed', 'acme', odd as never)
  const unreadable = { custom_fields: { odd: { values: { [mark('TableKey')]: { x: mark('TableValue') } } } } }
  const change = { version: 1, basedOn: 0, by: 'test', reason: mark('SettingsReason') }
  await prepared.append('tenant.settings.changed', 'acme', { ...change, settings: unreadable })
  await prepared.lanes.append(prepared.topics.events, prepared.partitionOf('acme'), {
    key: 'acme',
    value: mark('NoJson'),
  })
  t.equal(await run('tenants', 'set', 'acme', '--alert-secret'), 0, said.at(-1) ?? '')
  const bad = await file('bad.json', `{"fields": {"email": {"constant": "${mark('BadSetting')}`)
  await run('settings', 'preview', 'acme', '--file', bad)
  const settings = { alert_url: `${receiver.url}/alerts`, brake: { at_least: 0, percent: 0 } }
  const document = await file('settings.json', JSON.stringify(settings))
  t.equal(await run('settings', 'set', 'acme', '--file', document, '--yes'), 0, said.at(-1) ?? '')
  rows = rows.map(row => ({ ...row, internal: { lifecycleStatus: 'Terminated' }, email: null }))
  await updated('3')
  await until(() => receiver.received.length > 0)
  await run('import', 'acme', '--wait')
  await until(async () => (await prepared.parked.count('acme')) >= 3)
})

await t.test('no mark is where it must not be', async t => {
  const metrics = await Promise.all(
    adminPorts
      .flatMap(port => ['metrics', 'health/ready', 'health/live'].map(path => `http://127.0.0.1:${port}/${path}`))
      .map(async address => (await fetch(address)).text()),
  )
  const notes = async (collection: string) =>
    JSON.stringify(await prepared.mongo.db.collection(collection).find().toArray())
  await run('parked', 'list', 'acme')
  const places: Record<string, string> = {
    logs: services.map(({ output }) => output()).join(''),
    'metrics and health': metrics.join(''),
    'answers and complaints': said.join('\n'),
    kafka: await namesIn(prepared.client, Object.values(prepared.topics)),
  }
  for (const name of ['parked_events', 'imports', 'audit', 'tenants', 'hold_alerts', 'service_beats', 'list_reads'])
    places[name] = await notes(name)
  await run('tenants', 'remove', 'acme', '--reason', mark('RemovalReason'), '--yes')
  places['audit'] += await notes('audit')
  for (const [place, text] of Object.entries(places)) {
    const found = [...marks].filter(([, value]) => text.includes(value)).map(([name]) => name)
    t.same(found, [], place)
  }
  t.ok((places['logs'] ?? '').length > 2000, 'there is a log to look at')
})

await t.test('secrets are nowhere at all, not even in the log of events or in the database', async t => {
  const secrets = [
    'ServiceUserToken',
    'NewToken',
    'NewSecret',
    'UrlToken',
    'SigningSecret',
    'MasterKey',
    'OddToken',
    'Signature',
  ]
  const collections = await prepared.mongo.db.listCollections({}, { nameOnly: true }).toArray()
  const stored = await Promise.all(
    collections.map(async ({ name }) => JSON.stringify(await prepared.mongo.db.collection(name).find().toArray())),
  )
  const text = [...stored, ...(await prepared.eventsOf('acme')).map(({ value }) => value)].join('\n')
  t.same(
    secrets.filter(name => text.includes(marks.get(name) ?? '')),
    [],
  )
})
