import type { Parked } from '@hibob-sync/domain'
import t from 'tap'
import { parkedEvents } from './parked-events.ts'
import { testDatabase } from './test-database.ts'

const parking = parkedEvents(await testDatabase())
const note = (tenantId: string, partition: number, offset: number, document: string | null = null): Parked => ({
  partition,
  offset,
  document,
  tenantId,
  eventId: `e${offset}`,
  type: 'hibob.employee.observed',
  employeeId: '1',
  code: 'fold_failed',
  message: 'x is not a function',
})

t.test('what is parked is listed in log order, of one tenant or of all', async t => {
  await parking.park([note('a', 2, 5), note('b', 1, 9), note('a', 1, 30)])
  t.same(
    (await parking.list()).map(({ _id }) => _id),
    ['1-9', '1-30', '2-5'],
  )
  t.same(
    (await parking.list('a')).map(({ _id }) => _id),
    ['1-30', '2-5'],
  )
  t.equal(await parking.count('b'), 1)
  t.match(await parking.get('2-5'), { ...note('a', 2, 5), retriedAt: null, parkedAt: Date })
})

t.test('parking the same again leaves the first note', async t => {
  await parking.markRetried('2-5')
  await parking.park([{ ...note('a', 2, 5), message: 'another' }])
  t.match(await parking.get('2-5'), { message: 'x is not a function', retriedAt: Date })
  t.equal(await parking.count('a'), 2)
})

t.test('two users of one event have a note each', async t => {
  await parking.park([note('c', 3, 7, 'c/1/10'), note('c', 3, 7, 'c/1/11')])
  t.same(
    (await parking.list('c')).map(({ document }) => document),
    ['c/1/10', 'c/1/11'],
  )
})

t.test('a note is discarded once, and alone', async t => {
  t.equal(await parking.discard('3-7-c/1/10'), true)
  t.equal(await parking.discard('3-7-c/1/10'), false)
  t.equal(await parking.count('c'), 1)
})

t.test('a removed tenant’s notes go as far as its removal', async t => {
  await parking.park([note('d', 4, 10), note('d', 4, 30), note('e', 4, 11)])
  await parking.forgetTenant('d', 20)
  t.same(
    (await parking.list('d')).map(({ offset }) => offset),
    [30],
  )
  t.equal(await parking.count('e'), 1)
})
