// What the importer appends of what HiBob shows, and what it does when HiBob is odd about one person, one batch or one endpoint.
import type { EventData, HibobEvent } from '@hibob-sync/domain'
import t from 'tap'
import { startHibobProxy } from '../support/hibob-proxy.ts'
import { preparePipeline, runImporter } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const settlingMs = 300
const tenantSizes = {
  plain: 5,
  rubbish: 40,
  refused: 60,
  listless: 5,
  limited: 5,
  calm: 5,
  barred: 5,
  dated: 3,
  busy: 2,
  gone: 3,
}
const prepared = await preparePipeline({
  tenants: { ...tenantSizes, elsewhere: 2 },
  settlingMs,
  env: { IMPORTER_RETRY_MAX_MS: '5000' },
})
const proxy = await startHibobProxy(prepared.simulator.url)
prepared.env['HIBOB_ALLOWED_URLS'] = proxy.url
for (const tenant of Object.keys(tenantSizes)) await prepared.tenants.setHibobUrl(tenant, proxy.url, 'test')
const importer = await runImporter(prepared)
let isStopped = false
t.teardown(async () => {
  if (!isStopped) await importer.stop()
  await proxy.close()
  await prepared.close()
})

type Webhook = EventData<'hibob.webhook.received'>
const peopleOf = (tenant: string) => prepared.company(tenant).people.map(({ id }) => id)
const someone = (tenant: string, index = 0) => peopleOf(tenant)[index] ?? ''

const tell = (tenant: string, employeeId: string | null, more: Partial<Webhook> = {}) =>
  prepared.append('hibob.webhook.received', tenant, {
    webhookType: 'employee.updated',
    companyId: prepared.company(tenant).id,
    employeeId,
    changedFields: [],
    triggeredAt: null,
    triggeredBy: 'system',
    format: 'v2',
    body: '{}',
    secretId: 'test',
    companyMismatch: false,
    ...more,
  })

async function eventsOf<T extends 'hibob.employee.observed' | 'hibob.employee.missing'>(tenant: string, type: T) {
  const events = (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
  return events.filter(event => event.type === type).map(event => event.data as EventData<T>)
}

const userOf = (tenant: string) => prepared.company(tenant).serviceUserId
const searchesFor = (tenant: string) => proxy.searches().filter(({ serviceUser }) => serviceUser === userOf(tenant))
const listCallsFor = (tenant: string) =>
  proxy.calls.filter(({ path, serviceUser }) => path.startsWith('/company/') && serviceUser === userOf(tenant))
const listEventsOf = async (tenant: string) =>
  (await prepared.eventsOf(tenant)).filter(({ value }) => value?.includes('hibob.lists.observed')).length
const comeBackLater = { status: 429, body: '{}', headers: { 'retry-after': '6' } }
const pendingOf = (tenant: string) => prepared.pending.count(tenant)

/** Resolves when what is in the log now has been taken, and so many of the tenant's people are left to be read. */
async function left(tenant: string, people: number): Promise<void> {
  await importer.consumer.caughtUp()
  await until(async () => (await pendingOf(tenant)) === people)
}

await t.test('a field that HiBob hides is listed as absent, and one that is empty is not', async t => {
  const company = prepared.company('plain')
  company.misbehave({ hiddenFields: ['work.site'] })
  company.update(someone('plain'), { email: null })
  const { offset } = await tell('plain', someone('plain'))
  await importer.caughtUp()
  company.misbehave({ hiddenFields: null })
  const [seen] = await eventsOf('plain', 'hibob.employee.observed')
  t.ok(seen?.absent.includes('work.site'))
  t.notOk('work.site' in (seen?.fields ?? {}))
  t.equal(seen?.fields['root.email'], null)
  t.equal(seen?.settled, true)
  t.ok((seen?.asOf.offset ?? -1) >= offset, 'the reading is at or past its webhook')
})

await t.test('a person who is asked for and not there is missing', async t => {
  const company = prepared.company('plain')
  company.misbehave({ audience: [someone('plain', 1)] })
  await tell('plain', someone('plain', 1))
  await tell('plain', someone('plain', 2))
  await importer.caughtUp()
  company.misbehave({ audience: null })
  const missing = await eventsOf('plain', 'hibob.employee.missing')
  t.same(
    missing.map(({ employeeId }) => employeeId),
    [someone('plain', 2)],
  )
})

await t.test('a webhook of another company or about nobody asks HiBob nothing', async t => {
  const before = searchesFor('plain').length
  await tell('plain', someone('plain'), { companyMismatch: true })
  await tell('plain', null)
  await importer.caughtUp()
  t.equal(searchesFor('plain').length, before)
})

await t.test('rubbish about one person holds up nobody else, and that person stays due', async t => {
  const odd = someone('rubbish', 7)
  let isOdd = true
  proxy.behave(async ({ ids, serviceUser }, answer) => {
    if (!isOdd || serviceUser !== userOf('rubbish') || !ids.includes(odd)) return null
    const { body, ...rest } = await answer()
    const employees = (JSON.parse(body) as { employees: { id: string }[] }).employees
    const spoilt = employees.map(row => (row.id === odd ? { displayName: 'a row without an id' } : row))
    return { ...rest, body: JSON.stringify({ employees: spoilt }) }
  })
  for (const id of peopleOf('rubbish')) await tell('rubbish', id)
  await left('rubbish', 1)
  const seen = new Set((await eventsOf('rubbish', 'hibob.employee.observed')).map(({ employeeId }) => employeeId))
  t.equal(seen.size, peopleOf('rubbish').length - 1)
  t.notOk(seen.has(odd))
  const others = peopleOf('rubbish').filter(id => id !== odd)
  const half = others.length / 2
  while ((searchesFor('rubbish').at(-1)?.ids.length ?? 0) < half) {
    for (const id of others) await tell('rubbish', id)
    await left('rubbish', 1)
  }
  const asked = searchesFor('rubbish').length
  for (const id of peopleOf('rubbish')) await tell('rubbish', id)
  await until(() => searchesFor('rubbish').some(({ ids }, index) => index >= asked && ids.includes(odd)))
  await left('rubbish', 1)
  const since = searchesFor('rubbish').slice(asked)
  t.ok(
    since.some(({ ids }) => ids.length > half),
    'others are asked for together again',
  )
  for (const { ids } of since) if (ids.includes(odd)) t.same(ids, [odd], 'and that person alone')
  isOdd = false
  await left('rubbish', 0)
  for (const id of peopleOf('rubbish')) await tell('rubbish', id)
  await left('rubbish', 0)
  const last = searchesFor('rubbish').findLast(({ ids }) => ids.includes(odd))
  t.ok((last?.ids.length ?? 0) > 1, 'no longer alone when HiBob can tell of that person')
  t.same(await eventsOf('rubbish', 'hibob.employee.missing'), [], 'nobody was taken for missing meanwhile')
})

await t.test('a batch that HiBob refuses is asked for in smaller ones', async t => {
  proxy.behave(({ ids }) => (ids.length > 20 ? { status: 413, body: '{"error":"too many"}' } : null))
  for (const id of peopleOf('refused')) await tell('refused', id)
  await left('refused', 0)
  t.equal((await eventsOf('refused', 'hibob.employee.observed')).length, peopleOf('refused').length)
})

await t.test('company lists that cannot be read hold up no people, and are read when they can be', async t => {
  await until(async () => (await listEventsOf('listless')) > 0)
  const before = { calls: listCallsFor('listless').length, events: await listEventsOf('listless') }
  proxy.behave(({ path }) => (path.startsWith('/company/named-lists') ? comeBackLater : null))
  await prepared.append('tenant.added', 'listless', { by: 'test' })
  await until(() => listCallsFor('listless').length > before.calls)
  for (const id of peopleOf('listless')) await tell('listless', id)
  await left('listless', 0)
  t.equal(searchesFor('listless').length, 1, 'in one batch')
  t.equal(listCallsFor('listless').length, before.calls + 1, 'while the lists had still to wait')
  proxy.behave(() => null)
  await until(async () => (await listEventsOf('listless')) > before.events)
})

await t.test('people who cannot be read hold up no company lists', async t => {
  const before = { calls: searchesFor('listless').length, events: await listEventsOf('listless') }
  proxy.behave(({ path }) => (path === '/people/search' ? comeBackLater : null))
  await tell('listless', someone('listless'))
  await until(() => searchesFor('listless').length > before.calls)
  await prepared.append('tenant.added', 'listless', { by: 'test' })
  await until(async () => (await listEventsOf('listless')) > before.events)
  t.equal(searchesFor('listless').length, before.calls + 1, 'while people had still to wait')
  proxy.behave(() => null)
  await left('listless', 0)
})

await t.test('after a 429 nothing is asked before HiBob said so, while other tenants go on', async t => {
  let limits = 1
  proxy.behave(({ serviceUser }) =>
    serviceUser === userOf('limited') && limits-- > 0
      ? { status: 429, body: '{}', headers: { 'retry-after': '2' } }
      : null,
  )
  await tell('limited', someone('limited'))
  await until(() => searchesFor('limited').length === 1)
  await tell('calm', someone('calm'))
  await left('calm', 0)
  t.equal(searchesFor('limited').length, 1, 'calm was read meanwhile')
  await left('limited', 0)
  const [first, second, ...others] = searchesFor('limited')
  t.same(others, [])
  t.ok((second?.at ?? 0) - (first?.at ?? 0) >= 2000)
})

await t.test('403 stops the tenant after one try; the same credentials, set anew, are tried anew', async t => {
  proxy.behave(() => null)
  const company = prepared.company('barred')
  company.misbehave({ forbidden: true })
  await tell('barred', someone('barred'))
  await until(async () => (await prepared.tenants.get('barred'))?.state === 'credentials_invalid')
  await tell('barred', someone('barred', 1))
  await tell('calm', someone('calm', 1))
  await left('calm', 0)
  t.equal(searchesFor('barred').length, 1)
  t.equal(await pendingOf('barred'), 2, 'what is due is kept')
  company.misbehave({ forbidden: false })
  await prepared.tenants.setCredentials('barred', { serviceUserToken: company.token }, 'test')
  await left('barred', 0)
  t.equal((await prepared.tenants.get('barred'))?.state, 'active')
})

await t.test('a row that takes effect later is read for around its date, once in the log and due', async t => {
  const dated = prepared.mongo.db.collection<{ _id: string; tenantId: string; at: number }>('dated_reads')
  const body = JSON.stringify({ data: { employeeId: someone('dated'), tableId: 'work', effectiveDate: '2099-05-01' } })
  await tell('dated', someone('dated'), { webhookType: 'table.entry.created', body })
  await importer.caughtUp()
  t.equal(await dated.countDocuments({ tenantId: 'dated' }), 5)
  const [first] = await dated.find({ tenantId: 'dated' }, { sort: { at: 1 } }).toArray()
  await dated.updateOne({ _id: first?._id ?? '' }, { $set: { at: Date.now() } })
  await until(async () => (await dated.countDocuments({ tenantId: 'dated' })) === 4)
  await importer.caughtUp()
  const kinds = (await eventsOf('dated', 'hibob.employee.observed')).map(({ cause }) => cause.kind)
  t.same(kinds, ['webhook', 'scheduled'])
})

await t.test(
  'someone about whom webhooks never cease is read within three settling times, and last when they have',
  async t => {
    const id = someone('busy')
    const began = Date.now()
    while (searchesFor('busy').length === 0) {
      await tell('busy', id)
      await new Promise(resolve => setTimeout(resolve, settlingMs / 3))
    }
    t.ok(Date.now() - began >= settlingMs * 2, 'not at once')
    await importer.caughtUp()
    const readings = await eventsOf('busy', 'hibob.employee.observed')
    t.equal(readings[0]?.settled, false)
    t.equal(readings.at(-1)?.settled, true)
  },
)

await t.test('late webhooks of a removed tenant leave nothing due', async t => {
  await prepared.tenants.markRemoved('gone', 'test')
  await prepared.append('tenant.removed', 'gone', { by: 'test' })
  await tell('gone', someone('gone'))
  await importer.caughtUp()
  t.equal(await pendingOf('gone'), 0)
  t.same(searchesFor('gone'), [])
})

await t.test('credentials go to no API that is not allowed', async t => {
  await tell('elsewhere', someone('elsewhere'))
  await tell('calm', someone('calm', 2))
  await left('calm', 0)
  t.same(prepared.company('elsewhere').calls, {})
  t.equal(await pendingOf('elsewhere'), 1)
  await prepared.tenants.markRemoved('elsewhere', 'test')
  await prepared.pending.forgetTenant('elsewhere', Number.MAX_SAFE_INTEGER)
})

await t.test('a stop does not wait for a HiBob that does not answer, and loses nobody', async t => {
  const second = await runImporter(prepared)
  isStopped = true
  await importer.stop()
  prepared.company('calm').misbehave({ slowMs: 60_000 })
  const before = searchesFor('calm').length
  await tell('calm', someone('calm', 3))
  await until(() => searchesFor('calm').length > before)
  const began = Date.now()
  await second.stop()
  t.ok(Date.now() - began < 8000)
  t.equal(await pendingOf('calm'), 1)
  prepared.company('calm').misbehave({ slowMs: null })
})
