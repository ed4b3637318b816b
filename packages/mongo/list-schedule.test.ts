import t from 'tap'
import { listSchedule } from './list-schedule.ts'
import { testDatabase } from './test-database.ts'

const lists = listSchedule(await testDatabase())
const dueOf = async (partition: number, now: number) => (await lists.due([partition], now)).map(({ _id }) => _id)

t.test('lists are due when asked for, the earliest wish wins, and each partition has its own', async t => {
  await lists.dueBy('a', 1, 5000)
  await lists.dueBy('a', 1, 3000)
  await lists.dueBy('a', 1, 9000)
  await lists.dueBy('b', 1, 2000)
  await lists.dueBy('c', 2, 1)
  t.same(await dueOf(1, 2999), ['b'])
  t.same(await dueOf(1, 3000), ['b', 'a'])
  t.same(await dueOf(2, 1), ['c'])
})

t.test('once read they are due again at the next time, or earlier where that was asked for meanwhile', async t => {
  await lists.dueBy('d', 3, 1000)
  await lists.read('d', 1500, 90_000)
  t.match(await lists.get('d'), { readAt: 1500, dueAt: 90_000 })
  await lists.dueBy('d', 3, 2000)
  await lists.read('d', 1900, 90_000)
  t.match(await lists.get('d'), { readAt: 1900, dueAt: 2000 }, 'asked for after the reading began')
})

t.test('a reading that failed is put off, and a removed tenant has none', async t => {
  await lists.dueBy('e', 4, 1000)
  await lists.postpone('e', 4000)
  t.same(await dueOf(4, 3999), [])
  t.same(await dueOf(4, 4000), ['e'])
  await lists.forget('e')
  t.equal(await lists.get('e'), null)
  await lists.read('e', 1, 2)
  t.equal(await lists.get('e'), null, 'a late answer brings nothing back')
})
