// The company's lists in each shape and size in which HiBob has been seen to answer, from its answer to what an import leaves behind.
import { readFile } from 'node:fs/promises'
import { Readable } from 'node:stream'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { caseFile, peopleSearch, type StandInRoute, startHibobStandIn } from '../support/hibob-stand-in.ts'
import { preparePipeline, runImporter, runProjector } from '../support/pipeline.ts'
import { startService } from '../support/service-process.ts'

const largeBytes = 40e6
const memoryMaxMb = 400
const allLists = 'GET /company/named-lists'
const keyed = await caseFile('named-lists-keyed.json')
const array = await caseFile('named-lists-array.json')
const singleOf = (name: string) => ({ [`${allLists}/${name}`]: { body: listsOf(keyed.body)[name] } })

/** What each tenant's HiBob answers about lists; what is not named is 404. */
const hibobs: Record<string, Record<string, StandInRoute>> = {
  keyed: { [allLists]: keyed },
  array: { [allLists]: array },
  wrapped: { [allLists]: { body: { lists: JSON.parse(String(array.body)) } } },
  single: { ...singleOf('department'), ...singleOf('site'), ...singleOf('title') },
  oddItem: { [allLists]: await caseFile('named-lists-odd-item.json') },
  odd: {
    [allLists]: { body: { ...listsOf(keyed.body), grade: { items: [{ name: 'private' }, null] }, level: 'private' } },
  },
  page: { [allLists]: { headers: { 'content-type': 'text/html' }, body: Buffer.from('<html>private</html>') } },
  barred: { [allLists]: { status: 403, body: { error: 'private' } } },
  large: { [allLists]: () => ({ body: Readable.from(keyedWithLargeList()) }) },
}
const names = Object.keys(hibobs)
const standIns = new Map(
  await Promise.all(
    names.map(async name => {
      const people = { 'POST /people/search': peopleSearch(() => [person]) }
      return [name, await startHibobStandIn({ ...hibobs[name], ...people })] as const
    }),
  ),
)
const prepared = await preparePipeline({
  tenants: {},
  settlingMs: 200,
  env: { HIBOB_ALLOWED_URLS: [...standIns.values()].map(({ url }) => url).join(), IMPORTER_RETRY_MAX_MS: '200' },
})
const { env, models } = prepared
for (const [name, { url }] of standIns) if (name !== 'large') await prepared.addTenant(name, url)
const projector = await runProjector(prepared)
let stopImporter: () => Promise<unknown> = (await runImporter(prepared)).stop
t.teardown(async () => {
  await stopImporter()
  await projector.stop()
  for (const { close } of standIns.values()) await close()
  await prepared.close()
})

const person = {
  id: '3400000000000000001',
  firstName: 'Ada',
  surname: 'Example',
  displayName: 'Ada Example',
  email: 'ada@example.com',
  work: { title: '920001', department: '910003', site: 'Harbour House', siteId: 77001, startDate: '2026-09-06' },
  internal: { status: 'Active', lifecycleStatus: 'Employed', terminationDate: null },
}

function listsOf(body: unknown): Record<string, unknown> {
  return JSON.parse(String(body)) as Record<string, unknown>
}

/** The lists of `named-lists-keyed.json`, behind one that nobody uses. */
function* keyedWithLargeList(): Generator<Buffer> {
  const item = '{"id":"1","value":"Foreign","name":"Foreign","archived":false,"children":[]}'
  const piece = Buffer.from(`${item},`.repeat(1000))
  yield Buffer.from('{"grade":{"name":"grade","items":[')
  for (let bytes = 0; bytes < largeBytes; bytes += piece.length) yield piece
  yield Buffer.from(`${item}]},${String(keyed.body).trimStart().slice(1)}`)
}

async function imports(tenant: string) {
  const { code, stdout, stderr } = await hibobSync(env, 'import', tenant, '--wait', '--json')
  await projector.caughtUp()
  return { code, said: stdout + stderr }
}

async function itemsOf(tenant: string, list: string) {
  const items = (await models.list(tenant, list))?.items ?? []
  return Object.fromEntries(items.map(({ id, name, parent }) => [id, [name, parent]]))
}

const departments = { 910001: ['Research', null], 910002: ['Sales', null], 910003: ['Sales North', '910002'] }

async function peakMb(pid: number): Promise<number> {
  const [, kb] = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kb) / 1000
}

interface Shown {
  tenant: string
  hibob_failure: string | null
  hibob_notes: { endpoint: string; path: string; expected: string; found: string; count: number }[]
}
const shown = async (tenant: string) =>
  (await hibobSyncJson<{ tenants: Shown[] }>(env, 'status')).tenants.find(one => one.tenant === tenant)

await t.test('keyed by name, in a bare array, under `lists` and one by one: all are read', async t => {
  const tenants = ['keyed', 'array', 'wrapped', 'single']
  for (const [at, { code, said }] of (await Promise.all(tenants.map(imports))).entries())
    t.equal(code, 0, `${tenants[at]}: ${said}`)
  for (const tenant of tenants) {
    t.same(await itemsOf(tenant, 'department'), departments, tenant)
    t.same(await itemsOf(tenant, 'site'), { 77001: ['Harbour House', null] }, tenant)
    const [user] = await Array.fromAsync(models.users(tenant, { all: true }))
    t.match(
      user,
      { status: 'active', primary_team: { id: '910003', name: 'Sales North' }, job_title: 'Analyst' },
      tenant,
    )
    t.same((await shown(tenant))?.hibob_notes, [], tenant)
  }
  t.equal(standIns.get('single')?.callsOf(allLists).length, 0, 'what is answered by name costs no call for all lists')
  t.ok(
    standIns
      .get('keyed')
      ?.calls.every(({ query, route }) => !route.startsWith(allLists) || query.get('includeArchived')),
  )
})

await t.test('an odd item costs that item, an odd list that list, and `status` names both without a value', async t => {
  for (const { code, said } of await Promise.all(['oddItem', 'odd'].map(imports))) t.equal(code, 0, said)
  t.same(await itemsOf('oddItem', 'department'), { 910001: ['Research', null] })
  t.same(await itemsOf('odd', 'department'), departments)
  const notes = [
    { endpoint: allLists, path: '$.grade.items[0].id', expected: 'an id', found: 'nothing', count: 1 },
    { endpoint: allLists, path: '$.grade.items[1]', expected: 'an item', found: 'null', count: 1 },
    { endpoint: allLists, path: '$.level', expected: 'a list', found: 'text', count: 1 },
  ]
  t.same((await shown('odd'))?.hibob_notes, notes)
  const [status, tenant] = await Promise.all([hibobSync(env, 'status'), hibobSync(env, 'tenants', 'show', 'odd')])
  t.match(status.stdout, /odd .*GET \/company\/named-lists .*\$\.grade\.items\[0\]\.id .*an id .*nothing/)
  t.match(tenant.stdout, /hibob_notes .*expected a list at \$\.level, found text/)
  t.notMatch(status.stdout + tenant.stdout, /private/)
})

await t.test(
  'lists that HiBob does not show, or not as lists, cost their names: people are read all the same',
  async t => {
    for (const tenant of ['page', 'barred']) {
      const { code, said } = await imports(tenant)
      t.equal(code, 0, said)
      t.match(await Array.fromAsync(models.users(tenant, { all: true })), [
        { status: 'active', primary_team: { id: '910003' } },
      ])
      t.equal((await prepared.tenants.get(tenant))?.state, 'active')
    }
    t.match(await shown('page'), { hibob_failure: /named-lists: expected JSON, found .*text\/html/ })
    t.match(await shown('barred'), { hibob_failure: /403 to GET \/company\/named-lists/ })
  },
)

await t.test('a list that nobody uses, of 40 MB, costs neither the import nor memory', async t => {
  await stopImporter()
  const importer = await startService('importer', prepared)
  const atStart = await peakMb(importer.pid)
  stopImporter = () => {
    importer.kill('SIGTERM')
    return importer.exited
  }
  await prepared.addTenant('large', standIns.get('large')?.url ?? '')
  const { code, said } = await imports('large')
  t.equal(code, 0, said)
  t.same(await itemsOf('large', 'department'), departments)
  t.ok((standIns.get('large')?.callsOf(allLists).length ?? 0) > 0)
  const peak = await peakMb(importer.pid)
  t.ok(peak < memoryMaxMb, `${peak} MB`)
  t.comment(`the importer took ${atStart} MB at its start, ${peak} MB at most`)
})
