// The brake: what would take away or empty too many users within an hour waits for a person's word.
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import { deletedWebhook, type Given, lists, logOf, missing, observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { approved, rejected, settings } from './test-settings.ts'

// the records of these tests are ten minutes apart
const limit = (at_least: number) => settings({ brake: { at_least, percent: 0 } })
const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1))
const people = (count: number) => ids(count).map(id => observed(id, employed()))
const gone = (id: string) => observed(id, employed({ 'internal.lifecycleStatus': 'Terminated' }))
const statuses = (folded: ReturnType<typeof fold>, count: number) => ids(count).map(id => folded.user(id)?.status)
const holdOf = (folded: ReturnType<typeof fold>) =>
  (folded.states.find(({ kind }) => kind === 'tenant') as { hold?: { id: string; count: number } | null })?.hold

t.test('leavers beyond the limit of an hour are held beside the user, and everything else goes on', async t => {
  const folded = fold(
    limit(2),
    ...people(4),
    ...['1', '2', '3'].map(gone),
    observed('4', employed({ 'root.surname': 'X' })),
  )
  t.same(statuses(folded, 4), ['deactivated', 'deactivated', 'active', 'active'])
  t.equal(folded.user('4')?.last_name, 'X')
  const held = folded.userDocument('3')?.standing?.held
  t.same(held?.claims, { status: 'deactivated' })
  t.match(held, { id: 'acme-7', offset: 7 })
  t.match(holdOf(folded), { id: 'acme-7', count: 1 })
  t.same(folded.types.filter(type => type === 'user.deactivated').length, 2)
})

t.test('an hour later there is room again', async t => {
  const quiet: Given[] = Array.from({ length: 6 }, () => lists('title', {}))
  const folded = fold(limit(1), ...people(2), gone('1'), ...quiet, gone('2'))
  t.same(statuses(folded, 2), ['deactivated', 'deactivated'])
})

t.test('without settings ten users may go within an hour, or a tenth of the active ones', async t => {
  const wentOf = (count: number, leavers: number) => {
    const log = logOf([...people(count), ...ids(leavers).map(gone)])
    const withinAnHour = log.map(record => ({ ...record, time: 1_700_000_000_000 + record.offset }))
    return foldLog(withinAnHour).users.filter(({ user }) => user.status === 'deactivated').length
  }
  t.equal(wentOf(30, 10), 10)
  t.equal(wentOf(30, 12), 10)
  t.equal(wentOf(300, 40), 27, 'a tenth of those who are left')
})

t.test('emptied values are held like leavers, whatever else the event changes passes', async t => {
  const emptied = (id: string) => observed(id, employed({ 'root.email': null, 'root.surname': 'New' }))
  const folded = fold(limit(1), ...people(2), emptied('1'), emptied('2'))
  t.equal(folded.user('1')?.email, null)
  t.match(folded.user('2'), { email: 'ada@example.com', last_name: 'New' })
})

t.test('a claim that HiBob takes back is forgotten', async t => {
  const folded = fold(limit(0), ...people(1), gone('1'), observed('1', employed()))
  t.equal(folded.userDocument('1')?.standing?.held ?? null, null)
  t.equal(holdOf(folded), null)
  t.same(folded.types, ['user.created'])
})

t.test('what settings claimed is forgotten when later settings claim it no more, held or rejected', async t => {
  const scoped = (otherwise: 'leaver' | 'flag', version: number) =>
    settings(
      {
        scope: { include: { field: 'root.surname', equals: 'X' }, otherwise },
        brake: { at_least: 0, percent: 0 },
      },
      version,
    )
  const held = [...people(2), scoped('leaver', 1)]
  t.match(holdOf(fold(...held)), { id: 'acme-2', count: 2 })
  const flagged = fold(...held, scoped('flag', 2))
  t.equal(holdOf(flagged), null)
  t.equal(flagged.userDocument('1')?.standing?.held ?? null, null)
  t.same(statuses(fold(...held, scoped('flag', 2), approved('acme-2')), 2), ['active', 'active'])
  const again = fold(...held, rejected('acme-2'), scoped('flag', 2), scoped('leaver', 3))
  t.match(holdOf(again), { id: 'acme-5', count: 2 })
})

t.test('an approved hold is published, whole or by person', async t => {
  const held = [limit(0), ...people(3), ...ids(3).map(gone)]
  const id = 'acme-4'
  t.same(statuses(fold(...held), 3), ['active', 'active', 'active'])
  const one = fold(...held, approved(id, ['2']))
  t.same(statuses(one, 3), ['active', 'deactivated', 'active'])
  t.match(holdOf(one), { id, count: 2 })
  const all = fold(...held, approved(id, ['2']), approved(id))
  t.same(statuses(all, 3), ['deactivated', 'deactivated', 'deactivated'])
  t.equal(holdOf(all), null)
  t.same(fold(...held, approved('another')).types, fold(...held).types, 'another hold’s approval does nothing')
})

t.test('a rejected claim is not raised again until HiBob says something else', async t => {
  const refused = [limit(0), ...people(1), gone('1'), rejected('acme-2')]
  const again = fold(...refused, gone('1'), gone('1'))
  t.equal(again.user('1')?.status, 'active')
  t.equal(holdOf(again), null)
  const anew = fold(...refused, observed('1', employed()), gone('1'))
  t.match(holdOf(anew), { id: 'acme-5', count: 1 })
})

t.test('a deletion is held and approved like any other, and a rename in between forgets it not', async t => {
  const team = employed({ 'work.department': '7' })
  const given = [
    limit(0),
    observed('1', team),
    deletedWebhook('1'),
    missing('1'),
    lists('department', { 7: 'Renamed' }),
  ]
  const held = fold(...given)
  t.match(held.user('1'), { status: 'active', primary_team: { name: 'Renamed' } })
  t.same(held.userDocument('1')?.standing?.held?.claims, { status: 'deleted' })
  t.equal(fold(...given, approved('acme-3')).user('1')?.status, 'deleted')
  t.equal(fold(...given, rejected('acme-3'), missing('1')).user('1')?.status, 'active')
})

t.test('an event that reaches many is held whole when all of it would exceed the limit', async t => {
  const setTo = (at_least: number) =>
    fold(...people(5), settings({ fields: { email: null }, brake: { at_least, percent: 0 } }))
  t.same(
    ids(5).map(id => setTo(5).user(id)?.email),
    [null, null, null, null, null],
  )
  const stopped = setTo(4)
  t.same(
    ids(5).map(id => stopped.user(id)?.email),
    ids(5).map(() => 'ada@example.com'),
  )
  t.match(holdOf(stopped), { count: 5 })
  t.same(
    ids(5).map(
      id =>
        fold(
          ...people(5),
          settings({ fields: { email: null }, brake: { at_least: 4, percent: 0 } }),
          approved('acme-5'),
        ).user(id)?.email,
    ),
    [null, null, null, null, null],
  )
})

t.test('a removal is not braked', async t => {
  const folded = fold(limit(0), ...people(3), gone('1'), ['tenant.removed', { by: 'ada' }])
  t.same(folded.users, [])
  t.same(folded.types.filter(type => type === 'user.deleted').length, 3)
})
