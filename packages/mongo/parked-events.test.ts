import type { Parked } from '@hibob-sync/domain'
import t from 'tap'
import { parkedEvents } from './parked-events.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const parking = parkedEvents(mongo)
const note = (
  tenantId: string,
  partition: number,
  offset: number,
  document: string | null = null,
  generation = 1,
): Parked => ({
  partition,
  offset,
  document,
  tenantId,
  generation,
  eventId: `e${offset}`,
  type: 'hibob.employee.observed',
  employeeId: '1',
  code: 'fold_failed',
  message: 'x is not a function',
})

t.test('what is parked is listed in log order, of one tenant or of all', async t => {
  await parking.park([note('a', 2, 5), note('b', 1, 9), note('a', 1, 30)])
  t.same(
    (await parking.list()).map(({ id }) => id),
    ['1-9', '1-30', '2-5'],
  )
  t.same(
    (await parking.list('a')).map(({ id }) => id),
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
    (await parking.list('c')).map(({ id, document }) => [id, document]),
    [
      ['3-7-10', 'c/1/10'],
      ['3-7-11', 'c/1/11'],
    ],
  )
})

t.test('a note is discarded once, and alone', async t => {
  t.equal(await parking.discard('3-7-10'), true)
  t.equal(await parking.discard('3-7-10'), false)
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

t.test('of several generations the notes of the one that readers see are shown, and no others', async t => {
  await parking.park([note('f', 5, 1), note('f', 5, 2), note('f', 5, 2, null, 2), note('f', 5, 3, null, 2)])
  const tenants = mongo.db.collection<{ _id: string; generation: number }>('tenants')
  const shown = async () => [(await parking.list('f')).map(({ id }) => id), await parking.count('f')]
  t.same(await shown(), [['5-1', '5-2'], 2])
  t.equal(await parking.get('5-3'), null)
  await tenants.insertOne({ _id: 'f', generation: 2 })
  t.same(await shown(), [['5-2', '5-3'], 2])
  t.match(await parking.get('5-3'), { generation: 2 })
  t.equal(await parking.discard('5-2'), true)
  await tenants.updateOne({ _id: 'f' }, { $set: { generation: 1 } })
  t.same(await shown(), [['5-1'], 1], 'what was discarded does not come back')
})
