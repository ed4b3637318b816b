import t from 'tap'
import { type ImportOutcome, importStore, noCounts } from './imports.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const imports = importStore(mongo)
const demand = (tenantId: string, importId: string, offset = 1) => ({
  tenantId,
  importId,
  offset,
  reason: 'operator' as const,
  by: 'test',
  time: 1_700_000_000_000 + offset,
})
const needs = { version: 1, fields: ['root.id', '$set'], lists: [] }
const outcome: ImportOutcome = {
  state: 'completed',
  counts: { ...noCounts, seen: 3 },
  drift: { people: 0, fields: [] },
  failure: null,
}
const dueIds = async (...partitions: number[]) => (await imports.due(partitions, Date.now())).map(({ _id }) => _id)

t.test(
  'one import of a tenant is open at a time; whoever asks meanwhile joins it, and asking again changes nothing',
  async t => {
    await imports.requested(1, demand('a', 'a1'))
    await imports.requested(1, demand('a', 'a2', 2))
    await imports.requested(1, demand('a', 'a1'))
    await imports.requested(1, demand('a', 'a2', 2))
    await imports.requested(2, demand('b', 'b1'))
    t.match(await imports.get('a1'), { state: 'requested', joined: null })
    t.match(await imports.get('a2'), { state: 'joined', joined: 'a1' })
    t.same(await dueIds(1), ['a1'])
    t.same((await dueIds(1, 2)).sort(), ['a1', 'b1'])
    await Promise.all(Array.from({ length: 8 }, (_, at) => imports.requested(3, demand('many', `m${at}`, at))))
    const joined = await Promise.all(Array.from({ length: 8 }, (_, at) => imports.get(`m${at}`)))
    t.equal(joined.filter(one => one?.open).length, 1)
    t.equal(new Set(joined.flatMap(one => one?.joined ?? [])).size, 1)
  },
)

t.test('only the newest run writes; an import that was begun anew cannot be ended by the former run', async t => {
  await imports.requested(1, demand('c', 'c1'))
  t.ok(await imports.begin('c1', 'first', needs))
  t.equal(await imports.progress('c1', 'first', { phase: 'people', expected: 5 }), 'going')
  t.ok(await imports.begin('c1', 'second', { ...needs, version: 2 }))
  t.equal(await imports.progress('c1', 'first', { expected: 7 }), 'lost')
  t.equal(await imports.conclude('c1', 'first', outcome), null)
  t.match(await imports.get('c1'), { state: 'running', run: 'second', expected: null })
  t.same(await imports.conclude('c1', 'second', outcome), outcome)
  t.same(await imports.conclude('c1', 'second', { ...outcome, state: 'failed' }), outcome, 'decided once')
  await imports.close('c1', outcome)
  t.match(await imports.get('c1'), { state: 'completed', counts: { seen: 3 }, open: undefined })
  t.notOk(await imports.begin('c1', 'third', needs))
  await imports.requested(1, demand('c', 'c2', 9))
  t.match(await imports.openOf('c'), { _id: 'c2' }, 'the next one may come')
  t.match(await imports.newestCompleted('c'), { _id: 'c1' })
})

t.test('a cancelled import is told so at its next step, and what waits is due at once', async t => {
  t.equal(await imports.cancel('nobody', 'ada'), null)
  await imports.requested(4, demand('d', 'd1'))
  await imports.begin('d1', 'run', needs)
  await imports.postpone('d1', Date.now() + 60_000, 'HiBob answered 503')
  t.same(await dueIds(4), [])
  t.match(await imports.cancel('d', 'ada'), { _id: 'd1', cancelledBy: 'ada' })
  t.same(await dueIds(4), ['d1'])
  t.equal(await imports.progress('d1', 'run', {}), 'cancelled')
})

t.test('a removed tenant’s imports go; what its successor asks for stays', async t => {
  await imports.requested(5, demand('e', 'e1', 10))
  await imports.forgetTenant('e', 20)
  t.equal(await imports.get('e1'), null)
  await imports.requested(5, demand('e', 'e2', 30))
  await imports.forgetTenant('e', 20)
  t.match(await imports.get('e2'), { state: 'requested' })
})

t.test('looking for what is due reads no import that is over', async t => {
  for (let at = 0; at < 30; at++) {
    await imports.requested(6, demand('f', `f${at}`, at))
    await imports.close(`f${at}`, outcome)
  }
  await imports.requested(6, demand('f', 'f99', 99))
  const profiled = mongo.db
    .collection('imports')
    .find({ open: true, partition: { $in: [6] }, dueAt: { $lte: Date.now() } })
  const { executionStats } = await profiled.explain('executionStats')
  t.match(executionStats, { nReturned: 1, totalDocsExamined: 1 })
  t.same(await dueIds(6), ['f99'])
})
