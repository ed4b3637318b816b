import t from 'tap'
import type { UserDocument } from './documents.ts'
import { type Loaded, workOn } from './working-set.ts'

const user = (name: string) => ({ _id: 'u', user: { full_name: name } }) as unknown as UserDocument
const nothing = { get: () => null }

function loaded(reports: Record<string, string[]> = {}): Loaded {
  return {
    users: { get: id => (id === 'u' ? user('stored') : undefined) },
    teams: nothing,
    managers: nothing,
    states: nothing,
    reports: { get: id => (Object.hasOwn(reports, id) ? new Set(reports[id]) : undefined) },
  }
}

t.test('what was not loaded is reported as lacking, what is known not to be there is not', async t => {
  const set = workOn(loaded())
  t.equal(set.get('users', 'other'), null)
  t.equal(set.get('teams', 'none'), null)
  t.equal(set.reportsOf('m'), null)
  t.same(set.lacks, [
    { collection: 'users', id: 'other' },
    { collection: 'reports', id: 'm' },
  ])
})

t.test('a batch reads its own writes, removals too, and counts each document once', async t => {
  const set = workOn(loaded())
  set.set('users', 'u', user('first'))
  set.set('users', 'u', user('second'))
  t.equal(set.get('users', 'u')?.user.full_name, 'second')
  set.set('users', 'u', null)
  t.equal(set.get('users', 'u'), null)
  t.equal(set.size(), 1)
})

t.test('rolling back undoes the event under way and nothing before it', async t => {
  const set = workOn(loaded({ m: ['a'], n: [] }))
  set.begin()
  set.set('users', 'u', user('before'))
  set.moveReport('b', null, 'm')
  set.begin()
  set.set('users', 'u', user('during'))
  set.set('users', 'u', null)
  set.set('users', 'v', user('new'))
  set.moveReport('a', 'm', 'n')
  set.moveReport('b', 'm', null)
  set.rollback()
  t.same([...set.writes.users], [['u', user('before')]])
  t.equal(set.size(), 1)
  t.same([...(set.reportsOf('m') ?? [])], ['a', 'b'])
  t.same([...(set.reportsOf('n') ?? [])], [])
  set.rollback()
  t.equal(set.size(), 1, 'once is enough')
})

t.test('reports that moved in the batch are laid over those that were loaded, whose set is left as it was', async t => {
  const stored = new Set(['a'])
  const set = workOn({ ...loaded(), reports: { get: () => stored } })
  set.moveReport('b', null, 'm')
  set.moveReport('a', 'm', null)
  t.same([...(set.reportsOf('m') ?? [])], ['b'])
  t.same([...stored], ['a'])
})

t.test('somebody to whom nobody reported yet has no reports, known without asking', async t => {
  const set = workOn(loaded())
  set.noReports('m')
  set.moveReport('a', null, 'm')
  set.noReports('m')
  t.same([...(set.reportsOf('m') ?? [])], ['a'])
  t.same(set.lacks, [])
})
