import { randomBytes } from 'node:crypto'
import type { ManagerState, User, UserStatus } from '@hibob-sync/domain'
import t from 'tap'
import { readModels } from './read-models.ts'
import { createTenantStore } from './tenant-store.ts'
import { testDatabase } from './test-database.ts'

interface Stored {
  _id: string
  [field: string]: unknown
}

const mongo = await testDatabase()
const models = readModels(mongo)
const store = createTenantStore(mongo, randomBytes(32))

async function addTenant(tenant: string): Promise<void> {
  const account = { companyId: '1', hibobUrl: 'https://api.hibob.com/v1', serviceUserId: 's', serviceUserToken: 't' }
  await store.add({ tenant, ...account }, 'test')
}

const put = (collection: string, tenantId: string, generation: number, id: string, fields: object) =>
  mongo.db
    .collection<Stored>(collection)
    .insertOne({ _id: `${tenantId}/${generation}/${id}`, tenantId, generation, ...fields })

const userOf = (id: string, status: UserStatus, team: string | null, manager: string | null): User => ({
  id,
  full_name: `Person ${id}`,
  first_name: 'Person',
  last_name: id,
  email: null,
  job_title: null,
  location: null,
  primary_team: team === null ? null : { id: team, name: `Team ${team}` },
  hire_date: null,
  leave_date: null,
  override_manager: manager === null ? null : { id: manager, email: null, full_name: null, state: 'active' },
  status,
})

interface Placed {
  tenant?: string
  generation?: number
  status?: UserStatus
  team?: string | null
  manager?: string | null
}

const putUser = (id: string, placed: Placed = {}) => {
  const { tenant = 'acme', generation = 1, status = 'active', team = null, manager = null } = placed
  const user = userOf(id, status, team, manager)
  return put('users', tenant, generation, id, { user, unseen_since: '2026-01-01', observed: { fields: { a: 1 } } })
}
const putManager = (id: string, state: ManagerState, tenant = 'acme') =>
  put('managers', tenant, 1, id, { manager: { id, state, report_count: 99 } })

const usersOf = (tenant: string, options = {}) => Array.fromAsync(models.users(tenant, options))
const idsOf = async (tenant: string, options = {}) => (await usersOf(tenant, options)).map(({ id }) => id)

await addTenant('acme')
// ids around `acme/1/` in the order of text: nothing of them may show
await addTenant('acme-2')
await putUser('9', { tenant: 'acme-2', team: 'a', manager: '3' })
await putUser('8', { generation: 2, team: 'a', manager: '3' })
await putUser('7', { generation: 10, team: 'a', manager: '3' })
await putUser('2', { team: 'a', manager: '3' })
await putUser('10', { team: 'a', manager: '3', status: 'pending' })
await putUser('3', { team: 'b', status: 'deactivated', manager: '2' })
await putUser('4', { team: 'a', status: 'deleted', manager: '3' })
for (const [tenant, id] of [
  ['acme', 'a'],
  ['acme', 'b'],
  ['acme', 'c'],
  ['acme-2', 'z'],
] as const)
  await put('teams', tenant, 1, id, { team: { id, name: `Team ${id}` }, list: 'department', item: id })
await putManager('3', 'inactive')
await putManager('2', 'active')
await putManager('5', 'unknown')
await putManager('1', 'active', 'acme-2')

t.test(
  'users come in order of their ids, exactly as services are told of them, the deleted only when asked for',
  async t => {
    t.same(await idsOf('acme'), ['10', '2', '3'])
    t.same(await idsOf('acme', { all: true }), ['10', '2', '3', '4'])
    t.same((await usersOf('acme'))[1], userOf('2', 'active', 'a', '3'))
  },
)

t.test('one user is found by id, and never another tenant’s or another generation’s', async t => {
  t.same(await usersOf('acme', { id: '2' }), [userOf('2', 'active', 'a', '3')])
  for (const id of ['7', '8', '9', '4', '', '../acme-2/1/9']) t.same(await idsOf('acme', { id }), [], id)
  t.same(await idsOf('acme', { id: '4', all: true }), ['4'])
})

t.test('a team’s members are its active and pending users', async t => {
  t.same(await Array.fromAsync(models.teams('acme')), [
    { id: 'a', name: 'Team a', member_count: 2 },
    { id: 'b', name: 'Team b', member_count: 0 },
    { id: 'c', name: 'Team c', member_count: 0 },
  ])
  t.same(await Array.fromAsync(models.teams('acme', { id: 'a' })), [{ id: 'a', name: 'Team a', member_count: 2 }])
  t.same(await Array.fromAsync(models.teams('acme', { id: 'z' })), [])
})

t.test('a manager’s direct reports are the users that name them, without the deleted', async t => {
  t.same(await Array.fromAsync(models.managers('acme')), [
    { id: '2', state: 'active', direct_reports: ['3'] },
    { id: '3', state: 'inactive', direct_reports: ['10', '2'] },
    { id: '5', state: 'unknown', direct_reports: [] },
  ])
  t.same(await Array.fromAsync(models.managers('acme', { id: '1' })), [])
})

t.test('a listing shows the generation that it began with to its end, and the next one shows the new', async t => {
  await addTenant('switching')
  const count = 1500
  const many = (generation: number) =>
    Array.from({ length: count }, (_, at) => {
      const id = String(at).padStart(5, '0')
      const user = userOf(id, 'active', `g${generation}`, null)
      return { _id: `switching/${generation}/${id}`, tenantId: 'switching', generation, user }
    })
  await mongo.db.collection<Stored>('users').insertMany([...many(1), ...many(2)])
  const teams = new Set<string | undefined>()
  let listed = 0
  for await (const user of models.users('switching')) {
    if (listed++ === 0)
      await mongo.db.collection<Stored>('tenants').updateOne({ _id: 'switching' }, { $set: { generation: 2 } })
    teams.add(user.primary_team?.id)
  }
  t.equal(listed, count)
  t.same([...teams], ['g1'])
  t.equal((await usersOf('switching'))[0]?.primary_team?.id, 'g2')
})

t.test('counts and lists are those of the tenant’s live generation', async t => {
  t.same(await models.counts('acme'), { users: 4, teams: 3, managers: 3 })
  await put('tenant_states', 'acme', 1, 'list/department', { kind: 'list', list: 'department', items: [] })
  await put('tenant_states', 'acme', 2, 'list/title', { kind: 'list', list: 'title', items: [] })
  t.match(await models.list('acme', 'department'), { list: 'department', tenantId: 'acme' })
  t.equal(await models.list('acme', 'title'), null)
})

t.test('an unknown tenant is told as such, not shown as empty', async t => {
  await t.rejects(usersOf('nobody'), { code: 'tenant_unknown' })
  await t.rejects(Array.fromAsync(models.teams('nobody')), { code: 'tenant_unknown' })
  await t.rejects(Array.fromAsync(models.managers('nobody')), { code: 'tenant_unknown' })
})
