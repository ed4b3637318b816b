import type { Change, ChangeTopic } from '@hibob-sync/domain'
import t from 'tap'
import { changeHistory, type HistoryOptions } from './change-history.ts'
import { changeCollection, changeDocuments } from './outbox.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const change = (topic: ChangeTopic, key: string, offset: number): Change => ({
  id: `${key}-${offset}`,
  tenantId: key.split('/')[0] ?? '',
  topic,
  key,
  offset,
  value: '{}',
  tombstone: false,
})
const history = [
  change('users', 'a/1', 2),
  change('teams', 'a/1', 2),
  change('users', 'b/1', 3),
  change('users', 'a/2', 9),
  change('users', 'a/1', 10),
  change('users', 'a/1', 100),
]
await changeCollection(mongo).insertMany(changeDocuments(7, () => 0, history))
await changeCollection(mongo).insertMany(changeDocuments(8, () => 0, [change('users', 'c/1', 5)]))

const told = async (options: HistoryOptions, tenant = 'a') => {
  const changes = await Array.fromAsync(changeHistory(mongo).of(tenant, 7, options))
  return changes.map(({ topic, key, offset }) => `${offset} ${topic} ${key}`)
}
const all = ['2 users a/1', '2 teams a/1', '9 users a/2', '10 users a/1', '100 users a/1']

t.test('a tenant’s changes come in the order in which they were sent, or newest first, and no other’s', async t => {
  t.same(await told({}), all)
  t.same(await told({ newestFirst: true }), [...all].reverse())
  t.same(await told({}, 'b'), ['3 users b/1'])
})

t.test('only those from an offset on, only so many', async t => {
  t.same(await told({ fromOffset: 9 }), all.slice(2))
  t.same(await told({ fromOffset: 10, newestFirst: true }), all.slice(3).reverse())
  t.same(await told({ limit: 2 }), all.slice(0, 2))
  t.same(await told({ newestFirst: true, limit: 1 }), all.slice(-1))
})

t.test('one user’s, and not those of a team of the same id', async t => {
  t.same(await told({ userId: '1' }), ['2 users a/1', '10 users a/1', '100 users a/1'])
  t.same(await told({ userId: '1', fromOffset: 3, newestFirst: true, limit: 1 }), ['100 users a/1'])
  t.same(await told({ userId: '3' }), [])
})
