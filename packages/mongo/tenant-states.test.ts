import type { Standing } from '@hibob-sync/domain'
import t from 'tap'
import { tenantStates } from './tenant-states.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const states = tenantStates(mongo)
const users = mongo.db.collection<{ _id: string; user?: object; observed?: object }>('users')

const user = (id: string, generation: number, touched: number, standing: Partial<Standing> | null) => ({
  _id: `acme/${generation}/${id}`,
  tenantId: 'acme',
  generation,
  touched,
  ...(standing === null ? {} : { standing }),
})

t.before(async () => {
  await mongo.db.collection<{ _id: string }>('tenants').insertOne({ _id: 'acme', generation: 2 } as { _id: string })
  await mongo.db
    .collection<{ _id: string }>('tenant_states')
    .insertMany(
      [1, 2].map(generation => ({ _id: `acme/${generation}/tenant`, days: { UTC: `2026-03-0${generation}` } })),
    )
  await users.insertMany([
    user('1', 2, 10, { zone: 'UTC', nextDate: '2026-03-05' }),
    user('2', 2, 20, { zone: 'Europe/Berlin', nextDate: '2026-03-04' }),
    user('3', 2, 30, { zone: null, nextDate: null, flags: ['unseen'] }),
    user('4', 2, 40, null),
    user('5', 1, 50, { zone: 'Asia/Tokyo', nextDate: '2026-03-01' }),
  ])
})

t.test('the state is that of the live generation, and nothing is known of a tenant that is unknown', async t => {
  t.match(await states.live('acme'), { _id: 'acme/2/tenant', days: { UTC: '2026-03-02' } })
  t.equal(await states.live('nobody'), null)
  t.same(await states.zones('nobody'), [])
})

t.test('zones in use are those of people for whom something is to come', async t => {
  t.same((await states.zones('acme')).sort(), ['Europe/Berlin', 'UTC'])
})

t.test('who may have something to come is found by what is due and by their own dates, the deleted never', async t => {
  const dated = { hire_date: '2026-04-01', leave_date: null }
  const observed = { fields: { 'work/title': 'x' }, labels: {} }
  await users.insertMany([
    { ...user('6', 2, 60, null), user: { ...dated, status: 'pending' }, observed },
    { ...user('7', 2, 70, null), user: { ...dated, status: 'deleted' }, observed },
    { ...user('8', 2, 80, null), user: { ...dated, leave_date: '2026-04-30', status: 'active' }, observed },
  ])
  await users.updateMany({ observed: { $exists: false } }, { $set: { observed } })
  const found = async (from: string, to: string) =>
    (await Array.fromAsync(states.dated('acme', { from, to }))).map(({ _id }) => _id.slice('acme/2/'.length)).sort()
  t.same(await found('2026-03-04', '2026-03-04'), ['2'])
  t.same(await found('2026-03-04', '2026-04-01'), ['1', '2', '6', '8'])
  t.same(await found('2026-04-02', '2026-04-30'), ['1', '2', '8'], 'what is overdue is still to come')
  const [first] = await Array.fromAsync(states.dated('acme', { from: '2026-04-01', to: '2026-04-01' }))
  t.same(first?.observed.fields, { 'work.title': 'x' })
})

t.test('somebody is due by a date in a zone, if an event from an offset on has touched them', async t => {
  const isDue = (zone: string, date: string, sinceOffset: number) => states.isDue('acme', { zone, date, sinceOffset })
  t.ok(await isDue('UTC', '2026-03-05', 0))
  t.ok(await isDue('UTC', '2026-03-06', 10))
  t.notOk(await isDue('UTC', '2026-03-04', 0), 'the date has not come')
  t.notOk(await isDue('UTC', '2026-03-05', 11), 'the day was announced since')
  t.notOk(await isDue('Asia/Tokyo', '2026-03-05', 0), 'another generation')
})
