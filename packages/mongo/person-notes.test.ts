import t from 'tap'
import { changeCollection, changeDocuments } from './outbox.ts'
import { parkedEvents } from './parked-events.ts'
import { pendingReads } from './pending-reads.ts'
import { personNotes } from './person-notes.ts'
import { toStoredUser } from './stored-user.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const notes = personNotes(mongo)
const insert = (name: string, ...documents: object[]) => mongo.db.collection(name).insertMany(documents)
const provenance = (offset: number) => ({ eventId: `e${offset}`, offset, at: '', rule: 'standard', fields: ['email'] })
const user = (id: string, generation: number, offset: number) =>
  toStoredUser({
    _id: `acme/${generation}/${id}`,
    tenantId: 'acme',
    generation,
    user: { id },
    observed: { fields: { 'work.site': 'Rome' }, labels: {} },
    provenance: [provenance(offset)],
  } as never)
const parked = (offset: number, generation: number, employeeId: string | null, document: string | null = null) => {
  const note = { partition: 1, offset, document, tenantId: 'acme', generation, employeeId }
  return { ...note, eventId: null, type: null, code: 'broken', message: 'made by a test' }
}
const change = (topic: 'users' | 'teams', key: string, offset: number) => ({
  id: `${offset}`,
  tenantId: 'acme',
  topic,
  key,
  offset,
  value: '{}',
  tombstone: false,
})

await insert('users', user('1', 1, 5), user('1', 2, 7), user('11', 2, 8))
await insert('tenant_states', { _id: 'acme/2/person/3', kind: 'person' }, { _id: 'acme/2/tenant', kind: 'tenant' })
await insert('tenant_states', {
  _id: 'acme/2/list/site',
  items: [
    { id: 'a', name: 'Rome' },
    { id: 'b', name: null },
  ],
})
const demand = { tenantId: 'acme', throughOffset: 3, eventId: 'w', triggeredBy: 'hr', takenAt: 1 }
await pendingReads(mongo).webhooksSeen(1, [{ ...demand, employeeId: '1' }], 25)
const dated = { tenantId: 'acme', throughOffset: 3, at: 10 }
await pendingReads(mongo).addDated(1, [
  { ...dated, employeeId: '1', date: '2030-01-01' },
  { ...dated, employeeId: '11', date: '2030-01-01' },
])
await parkedEvents(mongo).park([
  parked(1, 2, '1'),
  parked(2, 1, '1'),
  parked(3, 2, null, 'acme/2/1'),
  parked(4, 2, '11'),
  parked(5, 2, null),
])
const key = 'acme/1'
const told = [5, 7, 8, 9].map(offset => change('users', key, offset))
const history = [...told, change('teams', key, 10), change('users', 'acme/11', 11)]
await changeCollection(mongo).insertMany(changeDocuments(1, () => 0, history))

t.test('everything about one person is found, of the generation asked for, and nothing of anybody else', async t => {
  const found = await notes.of('acme', 2, '1')
  t.match(found.user, { _id: 'acme/2/1', observed: { fields: { 'work.site': 'Rome' } } })
  t.match(found, { trace: null, tenantState: { _id: 'acme/2/tenant' }, parkedOthers: 1 })
  t.match(found.pending, { employeeId: '1', webhookOffset: 3 })
  t.same(
    found.dated.map(({ employeeId }) => employeeId),
    ['1'],
  )
  t.same(
    found.parked.map(({ id }) => id),
    ['1-3-1', '1-1'],
  )
  t.same(
    found.changes.map(({ topic, offset }) => `${topic} ${offset}`),
    ['users 7', 'users 9'],
    'of the events behind its values, and the newest',
  )
})

t.test('of a person who is no user what is remembered is found', async t => {
  const found = await notes.of('acme', 2, '3')
  t.match(found, { user: null, trace: { kind: 'person' }, pending: null, dated: [], parked: [], changes: [] })
})

t.test('only the wanted items of a list are read', async t => {
  const wanted = ['a', 'b', 'c'].map(item => ({ list: 'site', item }))
  const names = await notes.itemNames('acme', 2, [...wanted, { list: 'unknown', item: 'a' }])
  t.same(
    [...names],
    [
      ['site/a', 'Rome'],
      ['site/b', null],
    ],
  )
})
