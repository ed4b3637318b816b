// Import all: everyone of a tenant is read from HiBob, and the log learns what it had missed. No webhooks here: nothing else tells.
import type { EventData, HibobEvent } from '@hibob-sync/domain'
import { importStore } from '@hibob-sync/mongo'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { changesOf, equalsFold } from '../support/equality.ts'
import { preparePipeline, runImporter, runProjector } from '../support/pipeline.ts'
import { until } from '../support/until.ts'

const tenant = 'acme'
const prepared = await preparePipeline({
  tenants: { [tenant]: 900, other: 30 },
  settlingMs: 200,
  env: { IMPORTER_IMPORT_AHEAD_PEOPLE: '400' },
  rateLimits: { 'people/search': 1000 },
})
const company = prepared.company(tenant)
const projector = await runProjector(prepared)
const importer = await runImporter(prepared)
t.teardown(async () => {
  await importer.stop()
  await projector.stop()
  await prepared.close()
})

interface Shown {
  import_id: string
  joined_by?: string
  state: string
  counts: Record<string, number>
  drift: { people: number; fields: { field: string; people: number }[] }
  failure: { code: string; detail: string } | null
}

const importAll = () => hibobSyncJson<Shown>(prepared.env, 'import', tenant, '--wait')
async function importFails(...more: string[]): Promise<Shown & { stderr: string }> {
  const { code, stdout, stderr } = await hibobSync(prepared.env, 'import', tenant, '--wait', '--json', ...more)
  if (code === 0) throw new Error('the import did not fail')
  return { ...(stdout === '' ? ({} as Shown) : (JSON.parse(stdout) as Shown)), stderr }
}
const users = () => Array.fromAsync(prepared.models.users(tenant, { all: true }))
const events = async () => (await prepared.eventsOf(tenant)).map(({ value }) => JSON.parse(value ?? '{}') as HibobEvent)
const changeCount = async () => {
  await projector.caughtUp()
  return (await prepared.userChangesOf(tenant)).length
}
const none = { new: 0, changed: 0, not_seen: 0, unreadable: 0 }

await t.test('a first import brings everyone, with their managers wherever these stand in the answer', async t => {
  const [first] = company.people
  const last = company.people.at(-1)
  company.update(first?.id ?? '', { reportsTo: last?.id ?? null })
  const { state, counts } = await importAll()
  t.equal(state, 'completed')
  const count = company.people.length
  t.match(counts, { seen: count, new: count, changed: 0, unchanged: 0, not_seen: 0, unreadable: 0 })
  await importer.caughtUp()
  await projector.caughtUp()
  const byId = new Map((await users()).map(user => [user.id, user]))
  t.equal(byId.size, count)
  for (const { id, reportsTo, firstName } of company.people) {
    const user = byId.get(id)
    const manager = company.person(reportsTo ?? '')
    if (user?.first_name !== firstName || (user.override_manager?.full_name ?? null) !== (manager?.displayName ?? null))
      t.fail(`${id} has ${user?.override_manager?.full_name} for a manager, not ${manager?.displayName}`)
  }
  t.equal(byId.get(first?.id ?? '')?.override_manager?.email, last?.email ?? null)
})

await t.test('no change has a second id, and each user is created once', async t => {
  const changes = changesOf(await prepared.userChangesOf(tenant))
  t.equal(new Set(changes.map(({ id }) => id)).size, changes.length)
  t.equal(new Set(changes.map(({ subject, sequence }) => `${subject}/${sequence}`)).size, changes.length)
  const created = changes.filter(({ type }) => type === 'learnamp.user.created')
  t.equal(created.length, company.people.length)
  t.equal(new Set(created.map(({ subject }) => subject)).size, created.length)
})

await t.test('asked for again, nothing is published; the log says that everyone is unchanged', async t => {
  const before = await changeCount()
  const { counts, drift } = await importAll()
  t.match(counts, { ...none, seen: company.people.length, unchanged: company.people.length })
  t.equal(drift.people, 0)
  t.equal(await changeCount(), before)
  const pages = (await events()).filter(({ type }) => type === 'hibob.employees.unchanged')
  t.same(
    pages.map(({ data }) => (data as EventData<'hibob.employees.unchanged'>).people.length),
    [400, 400, 100],
  )
})

await t.test(
  'a change that no webhook told is found, and only it becomes a change; status counts it as drift',
  async t => {
    const before = await changeCount()
    const person = company.people.findLast(({ id }) => company.people.every(({ reportsTo }) => reportsTo !== id))
    company.update(person?.id ?? '', { firstName: 'Unannounced' })
    const { counts, drift } = await importAll()
    t.match(counts, { ...none, changed: 1, unchanged: company.people.length - 1 })
    t.equal(await changeCount(), before + 1)
    t.equal(changesOf(await prepared.userChangesOf(tenant)).at(-1)?.data.user?.['first_name'], 'Unannounced')
    t.equal(drift.people, 1)
    t.match(drift.fields, [{ field: /root\./, people: 1 }])
    const status = await hibobSyncJson<{ tenants: { tenant: string; import: { drift: unknown } | null }[] }>(
      prepared.env,
      'status',
    )
    t.same(status.tenants.find(one => one.tenant === tenant)?.import?.drift, drift)
    const metrics = await (await fetch(`${importer.adminUrl}/metrics`)).text()
    t.match(metrics, /hibob_importer_drift_people_total\{.*field="root\.firstName".*\} 1/)
  },
)

await t.test('people who are not shown are asked for by id, then unseen and listed; nobody is deactivated', async t => {
  const before = await users()
  const published = await changeCount()
  const hidden = company.people.slice(10, 13).map(({ id }) => id)
  company.misbehave({ audience: company.people.map(({ id }) => id).filter(id => !hidden.includes(id)) })
  t.match((await importAll()).counts, { not_seen: 3, changed: 0, unchanged: company.people.length - 3 })
  await projector.caughtUp()
  const unseen = await hibobSyncJson<{ id: string }[]>(prepared.env, 'users', tenant, '--unseen')
  t.same(unseen.map(({ id }) => id).sort(), hidden.sort())
  t.same(await users(), before)
  t.equal(await changeCount(), published)
  t.match((await importAll()).counts, { not_seen: 0 }, 'who is unseen is not asked for again and again')
  company.misbehave({ audience: null })
  t.match((await importAll()).counts, { ...none, unchanged: company.people.length })
  await projector.caughtUp()
  t.same(await hibobSyncJson(prepared.env, 'users', tenant, '--unseen'), [])
})

await t.test(
  'an import that sees fewer than half of the known people, or nobody, fails and appends nothing',
  async t => {
    const seen = (all: HibobEvent[]) => all.filter(({ type }) => !type.startsWith('hibob.import.'))
    const before = seen(await events()).length
    company.misbehave({ audience: company.people.slice(0, 400).map(({ id }) => id) })
    const few = await importFails()
    t.match(few, { state: 'failed', failure: { code: 'import_saw_too_few', detail: /400 of 900/ } })
    t.match(few.stderr, /audience/)
    company.misbehave({ audience: [] })
    t.match(await importFails(), { state: 'failed', failure: { code: 'import_saw_nobody' } })
    company.misbehave({ audience: null })
    const after = await events()
    t.equal(seen(after).length, before)
    t.match(after.at(-1), { type: 'hibob.import.failed', data: { code: 'import_saw_nobody', counts: { seen: 0 } } })
    await projector.caughtUp()
    t.same(await hibobSyncJson(prepared.env, 'users', tenant, '--unseen'), [])
  },
)

await t.test('HiBob’s passing troubles are waited out', async t => {
  company.misbehave({ status5xx: 2 })
  t.equal((await importAll()).state, 'completed')
  company.misbehave({ truncatedJson: 1 })
  t.equal((await importAll()).state, 'completed')
  company.misbehave({ htmlWith200: 1 })
  t.equal((await importAll()).state, 'completed')
})

await t.test('asked for while one goes on, an import joins it; a tenant has one at a time', async t => {
  company.misbehave({ slowMs: 2500 })
  const imports = importStore(prepared.mongo)
  const first = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
  const joining = importAll()
  await until(
    async () => (await prepared.mongo.db.collection('imports').countDocuments({ joined: first.import_id })) > 0,
  )
  company.misbehave({ slowMs: null })
  const followed = await joining
  t.equal(followed.import_id, first.import_id)
  t.not(followed.joined_by, first.import_id)
  t.equal(followed.state, 'completed')
  t.match(await imports.get(followed.joined_by ?? ''), { state: 'joined', joined: first.import_id })
  const ended = (await events()).filter(({ type }) => type === 'hibob.import.completed')
  t.equal(new Set(ended.map(({ id }) => id)).size, ended.length, 'each is told once')
})

await t.test('a cancelled import ends as failed, and says by whom; without one there is nothing to cancel', async t => {
  company.misbehave({ slowMs: 3000 })
  const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
  const imports = importStore(prepared.mongo)
  await until(async () => (await imports.get(import_id))?.state === 'running')
  t.same(await hibobSyncJson(prepared.env, 'import', 'cancel', tenant), { tenant, import_id })
  await until(async () => (await imports.get(import_id))?.open === undefined)
  company.misbehave({ slowMs: null })
  t.match(await imports.get(import_id), { state: 'failed', outcome: { failure: { code: 'import_cancelled' } } })
  t.match((await hibobSync(prepared.env, 'import', 'cancel', tenant)).stderr, /no_import/)
  const acts = prepared.mongo.db.collection('audit').find({ tenantId: tenant, act: /^tenant\.import/ })
  t.ok((await acts.toArray()).some(({ act }) => act === 'tenant.import-cancel'))
})

await t.test('the import of a paused tenant asks HiBob nothing more, and goes on when the tenant does', async t => {
  company.misbehave({ slowMs: 1500 })
  const imports = importStore(prepared.mongo)
  const { import_id } = await hibobSyncJson<{ import_id: string }>(prepared.env, 'import', tenant)
  await until(async () => (await imports.get(import_id))?.phase === 'ids')
  await hibobSyncJson(prepared.env, 'tenants', 'pause', tenant)
  await until(async () => (await imports.get(import_id))?.waiting === 'the tenant is paused')
  const calls = { ...company.calls }
  company.misbehave({ slowMs: null })
  t.match(await importFails(), { stderr: /tenant acme is paused.*tenants resume acme/ })
  t.same(company.calls, calls)
  await hibobSyncJson(prepared.env, 'tenants', 'resume', tenant)
  await until(async () => (await imports.get(import_id))?.open === undefined)
  t.match(await imports.get(import_id), { state: 'completed' })
})

await t.test('refused credentials end the import after one try, and it says what to do', async t => {
  const calls = company.calls['people/search'] ?? 0
  company.misbehave({ unauthorized: true })
  const refused = await importFails()
  t.match(refused.failure, { code: 'hibob_unauthorized', detail: /401.*tenants set acme --service-user-token-file/ })
  t.equal((company.calls['people/search'] ?? 0) - calls, 1)
  t.match((await importFails()).stderr, /credentials_invalid.*renew its credentials/)
  company.misbehave({ unauthorized: false })
  await prepared.tenants.setCredentials(tenant, { serviceUserToken: company.token }, 'test')
  t.equal((await importAll()).state, 'completed')
})

await t.test(
  'an import of another tenant touches nobody else, and the read models are the fold of the log',
  async t => {
    const before = await changeCount()
    t.match(await hibobSyncJson<Shown>(prepared.env, 'import', 'other', '--wait'), { state: 'completed' })
    t.equal(await changeCount(), before)
    await importer.caughtUp()
    await projector.caughtUp()
    for (const one of [tenant, 'other']) await equalsFold(t, prepared, one)
  },
)
