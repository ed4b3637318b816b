import t from 'tap'
import { pendingReads } from './pending-reads.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const pending = pendingReads(mongo)
const at = 10_000
const later = (employeeId: string, partition: number, date = '2030-01-01', when = at) =>
  pending.addDated(partition, [{ tenantId: 'acme', employeeId, date, at: when, throughOffset: 7 }])
const due = async (partition: number, until: number) => pending.dueBy([partition], until, 10)
const done = (employeeId: string, throughOffset: number) =>
  pending.readingsDone([{ tenantId: 'acme', employeeId, throughOffset, dueAgainAt: null }])

t.test('a dated reading is due when its time has come, once, and only of partitions that are asked for', async t => {
  await later('1', 1)
  t.equal(await pending.wakeDated([1], at - 1), 0)
  t.equal(await pending.wakeDated([2], at), 0)
  t.equal(await pending.wakeDated([1], at), 1)
  t.match(await due(1, at), [{ employeeId: '1', kind: 'scheduled', dueAt: at, throughOffset: 7 }])
  await done('1', 7)
  t.equal(await pending.wakeDated([1], at + 100_000), 0)
  t.same(await due(1, 9e9), [])
})

t.test('an earlier reading for a webhook does not settle a dated one', async t => {
  const demand = { tenantId: 'acme', employeeId: '2', throughOffset: 20, eventId: 'e', triggeredBy: null }
  await later('2', 3)
  await pending.webhooksSeen(3, [{ ...demand, takenAt: 1000 }], 25)
  await done('2', 20)
  t.same(await due(3, 9e9), [])
  await pending.wakeDated([3], at)
  t.equal((await due(3, at)).length, 1)
})

t.test('a reading that is under way when the date comes does not settle the dated one', async t => {
  const demand = { tenantId: 'acme', employeeId: '3', throughOffset: 20, eventId: 'e', triggeredBy: null }
  await later('3', 4)
  await pending.webhooksSeen(4, [{ ...demand, takenAt: at - 26 }], 25)
  t.equal((await due(4, at - 1)).length, 1, 'read now, just before the date')
  await pending.wakeDated([4], at)
  await done('3', 20)
  t.equal(await pending.wakeDated([4], at + 60_000), 1)
  t.equal((await due(4, at + 60_000)).length, 1)
})

t.test('the same row seen twice is read once, two dates of a person twice', async t => {
  await later('4', 5)
  await later('4', 5)
  await later('4', 5, '2031-01-01', at + 1000)
  t.equal(await pending.wakeDated([5], at), 1)
  await done('4', 7)
  t.equal(await pending.wakeDated([5], at + 1000), 1)
})
