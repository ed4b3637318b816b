import t from 'tap'
import { testDatabase } from './test-database.ts'
import { type RefusedChange, undeliveredChanges } from './undelivered-changes.ts'

const mongo = await testDatabase()
const undelivered = undeliveredChanges(mongo)

const refused = (key: string, offset: number, more: Partial<RefusedChange> = {}): RefusedChange => ({
  partition: 1,
  tenantId: key.split('/')[0] ?? '',
  topic: 'users',
  key,
  offset,
  bytes: 30_000,
  cause: 'MESSAGE_TOO_LARGE',
  ...more,
})

t.test('a key has one note, on its newest change that was refused, whoever notes it and when', async t => {
  await undelivered.note([refused('a/$1', 5), refused('a/$1', 5, { topic: 'teams' })])
  t.match(await undelivered.get('users/a/$1'), { offset: 5, tries: 1, key: 'a/$1' })
  const first = await undelivered.get('users/a/$1')
  await undelivered.note([refused('a/$1', 5, { cause: 'INVALID_RECORD' })])
  t.match(await undelivered.get('users/a/$1'), { tries: 2, cause: 'INVALID_RECORD', refusedAt: first?.refusedAt })
  await undelivered.note([refused('a/$1', 9)])
  t.match(await undelivered.get('users/a/$1'), { offset: 9, tries: 1 })
  await undelivered.note([refused('a/$1', 5)])
  t.match(await undelivered.get('users/a/$1'), { offset: 9, tries: 1 }, 'a sender that was paused changes nothing')
  t.equal(await undelivered.count('a'), 2, 'a team of the same id has a note of its own')
})

t.test('a note goes when its change or a newer one is delivered, not with an older one', async t => {
  await undelivered.note([refused('b/1', 5), refused('b/2', 5)])
  await undelivered.delivered([
    { topic: 'users', key: 'b/1', offset: 4 },
    { topic: 'users', key: 'b/2', offset: 6 },
    { topic: 'users', key: 'b/3', offset: 6 },
  ])
  t.same(
    (await undelivered.list('b')).map(({ _id }) => _id),
    ['users/b/1'],
  )
  t.equal(await undelivered.discard('users/b/1'), true)
  t.equal(await undelivered.discard('users/b/1'), false)
})

t.test('those that were tried longest ago are due first', async t => {
  await undelivered.note([refused('c/1', 5, { partition: 3 }), refused('c/2', 4, { partition: 3 })])
  await new Promise(resolve => setTimeout(resolve, 5))
  await undelivered.note([refused('c/1', 5, { partition: 3 })])
  const ids = async (before: Date, limit: number) => (await undelivered.due(3, before, limit)).map(({ _id }) => _id)
  t.same(await ids(new Date(Date.now() + 1000), 1), ['users/c/2'])
  t.same(await ids(new Date(Date.now() - 60_000), 5), [])
  t.equal((await undelivered.ofPartition(3)).length, 2)
})
