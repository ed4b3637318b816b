import type { ObservedPerson } from '@hibob-sync/hibob'
import t from 'tap'
import { countFields, sampling } from './sample-people.ts'

const person = (id: string, fields: Record<string, unknown>): ObservedPerson => ({
  ...{ id, fields, labels: {}, absent: [] },
})
const of = (lifecycleStatus: string, ids: number[]) =>
  ids.map(id => person(String(id), { 'internal.lifecycleStatus': lifecycleStatus, 'internal.status': 'Active' }))
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at)

t.test('a few people of each status are looked at, however rare it is', async t => {
  const chosen = sampling(() => 0.5)
  chosen.take(of('Employed', range(0, 5000)))
  chosen.take([...of('Terminated', [6000]), ...of('Hired', [6001, 6002])])
  const ids = chosen.ids()
  t.equal(ids.length, 25)
  t.ok(['6000', '6001', '6002'].every(id => ids.includes(id)))
  t.match(chosen.statuses(), [
    { status: 'Employed', people: 5000 },
    { status: 'Terminated', people: 1 },
    { status: 'Hired', people: 2 },
  ])
})

t.test('people without a status are looked at too, and statuses beyond forty are one', async t => {
  const chosen = sampling(() => 0)
  chosen.take(range(0, 60).flatMap(at => of(`status ${at}`, [at])))
  t.equal(chosen.statuses().length, 41)
  t.equal(
    chosen.statuses().reduce((sum, { people }) => sum + people, 0),
    60,
  )
  const without = sampling(() => 0)
  without.take([person('1', {}), person('2', { 'internal.lifecycleStatus': null })])
  without.take([person('3', { 'internal.lifecycleStatus': ' ' })])
  t.match(without.statuses(), [{ status: null, people: 3 }])
  t.strictSame(without.ids(), ['1', '2', '3'])
})

t.test('a status in a list of one, or with blanks around it, is that status', async t => {
  const chosen = sampling(() => 0)
  chosen.take([
    person('1', { 'internal.lifecycleStatus': ['Hired'] }),
    person('2', { 'internal.lifecycleStatus': 'Hired ' }),
  ])
  t.match(chosen.statuses(), [{ status: 'Hired', people: 2 }])
})

t.test('a field counts as shown when it is there, and as filled when it holds something', async t => {
  const people = [null, '', ' ', [], 'x', 0].map((value, at) => person(String(at), { 'root.email': value }))
  t.strictSame(countFields([...people, person('9', {})], ['root.email', 'work.title']), [
    { path: 'root.email', shown: 6, filled: 2 },
    { path: 'work.title', shown: 0, filled: 0 },
  ])
})
