import type { Batch, Change, Position, UserDocument } from '@hibob-sync/domain'
import t from 'tap'
import { outbox } from './outbox.ts'
import type { DocumentWrite } from './prepared-writes.ts'
import { type Commit, projectionStore } from './projection-store.ts'
import { projectorCheckpoints } from './projector-checkpoint.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const store = projectionStore(mongo)
const checkpoints = projectorCheckpoints(mongo)
const at = (offset: number, step = 0, after: string | null = null): Position => ({ offset, step, after })
const scope = { tenantId: 'acme', generation: 1 }

function userDocument(id: string, more: Partial<UserDocument['user']> = {}, fields = {}): UserDocument {
  const none = { full_name: null, first_name: null, last_name: null, email: null, job_title: null, location: null }
  const user = {
    id,
    ...none,
    primary_team: null,
    hire_date: null,
    leave_date: null,
    override_manager: null,
    status: 'active' as const,
    ...more,
  }
  return {
    _id: `acme/1/${id}`,
    ...scope,
    user,
    observed: { fields, labels: {} },
    asOf: { offset: 1, takeover: 1, request: 1 },
    digest: null,
    unseen_since: null,
    deletionClaim: null,
    provenance: [],
    touched: 1,
  }
}
const write = (next: UserDocument, former?: UserDocument | null): DocumentWrite<'users'> => ({
  collection: 'users',
  _id: next._id,
  former,
  next,
})
const change = (offset: number): Change => ({
  id: `c${offset}`,
  tenantId: 'acme',
  topic: 'users',
  key: `acme/${offset}`,
  offset,
  value: '{}',
  tombstone: false,
})
const batch = (next: Position, more: Partial<Batch> = {}): Batch => ({
  lacks: [],
  writes: { users: new Map(), teams: new Map(), managers: new Map(), states: new Map() } as unknown as Batch['writes'],
  changes: [],
  parked: [],
  due: [],
  next,
  slicesNext: false,
  unknown: 0,
  earlyDays: 0,
  ...more,
})
const note = {
  partition: 0,
  offset: 0,
  document: null,
  tenantId: 'acme',
  generation: 1,
  eventId: null,
  type: null,
  employeeId: null,
  code: 'c',
  message: 'm',
}
type Given = Pick<Commit, 'partition' | 'owner' | 'from'> &
  Partial<Pick<Commit, 'batch'>> & { writes?: DocumentWrite[] }
async function commit({ batch: given, writes = [], ...where }: Given): Promise<void> {
  const { partition, from } = where
  const folded = given ?? batch(at(from.offset + 1))
  const prepared = await store.prepare(partition, from, folded, writes)
  await store.commit({ batch: folded, writes: prepared, published: null, ...where })
}

t.test('documents, changes, who is due, what is parked and the position are stored together', async t => {
  const { owner } = await checkpoints.takeOver(1, 'cluster')
  await commit({
    partition: 1,
    owner,
    from: at(0),
    batch: batch(at(10), {
      changes: [change(3), change(9)],
      due: [{ tenantId: 'acme', employeeId: '7', throughOffset: 4 }],
      parked: [{ ...note, partition: 1, offset: 5 }],
    }),
    writes: [write(userDocument('1')), write(userDocument('2'), null)],
  })
  t.match(await checkpoints.load(1), { position: at(10), published: { offset: -1 } })
  t.same(
    (await store.load('users', ['acme/1/1', 'acme/1/2', 'acme/1/3'])).map(({ _id }) => _id),
    ['acme/1/1', 'acme/1/2'],
  )
  t.same(
    (await outbox(mongo).unsent(1, { offset: -1, step: 0 }, 10)).map(({ offset }) => offset),
    [3, 9],
  )
  t.match(await mongo.db.collection('pending_reads').findOne({ employeeId: '7' }), { throughOffset: 4, partition: 1 })
  t.equal(await mongo.db.collection('parked_events').countDocuments({ partition: 1 }), 1)
})

t.test('under a former owner, or from another position, nothing at all is stored', async t => {
  const former = await checkpoints.takeOver(2, 'cluster')
  const { owner } = await checkpoints.takeOver(2, 'cluster')
  const more = {
    batch: batch(at(10), { changes: [change(70)], due: [{ tenantId: 'acme', employeeId: '70', throughOffset: 4 }] }),
    writes: [write(userDocument('70'), null)],
  }
  for (const [by, from] of [
    [former.owner, at(0)],
    [owner, at(1)],
    [owner, at(0, 1)],
  ] as const)
    await t.rejects(commit({ partition: 2, owner: by, from, ...more }), { code: 'ownership_lost' })
  t.same(await store.load('users', ['acme/1/70']), [])
  t.equal(await mongo.db.collection('changes').countDocuments({ offset: 70 }), 0)
  t.equal(await mongo.db.collection('pending_reads').countDocuments({ employeeId: '70' }), 0)
  t.match(await checkpoints.load(2), { position: at(0), owner })
})

t.test('when one write fails, none of the others is stored', async t => {
  const { owner } = await checkpoints.takeOver(3, 'cluster')
  await commit({ partition: 3, owner, from: at(0), batch: batch(at(1), { changes: [change(80)] }) })
  // the id of a change is taken already
  const again = { batch: batch(at(81), { changes: [change(80)] }), writes: [write(userDocument('80'), null)] }
  await t.rejects(commit({ partition: 3, owner, from: at(1), ...again }), { code: 11000 })
  t.same(await store.load('users', ['acme/1/80']), [])
  t.match(await checkpoints.load(3), { position: at(1) })
})

t.test('the same batch committed twice counts once: the second finds the position moved', async t => {
  const { owner } = await checkpoints.takeOver(4, 'cluster')
  const own = { partition: 4, owner, from: at(0), batch: batch(at(5), { changes: [change(4)] }) }
  const results = await Promise.allSettled([commit(own), commit(own)])
  t.same(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  t.equal((await outbox(mongo).unsent(4, { offset: -1, step: 0 }, 10)).length, 1)
})

t.test('writes that were prepared once are stored by a transaction that had to begin anew', async t => {
  const { owner } = await checkpoints.takeOver(8, 'cluster')
  const folded = batch(at(1), { changes: [change(100)] })
  const prepared = await store.prepare(8, at(0), folded, [write(userDocument('100'), null)])
  const session = mongo.client.startSession()
  session.startTransaction()
  await prepared.send(session)
  await session.abortTransaction()
  await session.endSession()
  t.same(await store.load('users', ['acme/1/100']), [])
  await store.commit({ partition: 8, owner, from: at(0), batch: folded, writes: prepared, published: null })
  t.same(await store.load('users', ['acme/1/100']), [userDocument('100')])
  t.equal((await outbox(mongo).unsent(8, { offset: -1, step: 0 }, 10)).length, 1)
})

t.test('a slice moves by steps, and its changes bear the step that they were committed in', async t => {
  const { owner } = await checkpoints.takeOver(5, 'cluster')
  await commit({ partition: 5, owner, from: at(0), batch: batch(at(7)) })
  await commit({ partition: 5, owner, from: at(7), batch: batch(at(7, 1, 'acme/1/1'), { changes: [change(7)] }) })
  await commit({
    partition: 5,
    owner,
    from: at(7, 1),
    batch: batch(at(8), { changes: [{ ...change(7), key: 'acme/8' }] }),
  })
  const unsent = await outbox(mongo).unsent(5, { offset: -1, step: 0 }, 10)
  t.same(
    unsent.map(({ key, step }) => [key, step]),
    [
      ['acme/7', 0],
      ['acme/8', 1],
    ],
  )
})

t.test(
  'a document is stored whole whether its former one is known, unknown or none, and goes when its next is none',
  async t => {
    const { owner } = await checkpoints.takeOver(6, 'cluster')
    const first = userDocument('90', { email: 'a@x', primary_team: { id: 't', name: 'T' } }, { 'root.email': 'a@x' })
    const second = userDocument('90', { email: null, primary_team: null }, { 'root.email': null })
    const third = { ...userDocument('90', { job_title: 'Chief' }, { 'work.title': '1' }), touched: 9 }
    await commit({ partition: 6, owner, from: at(0), writes: [write(first, null)] })
    t.same(await store.load('users', [first._id]), [first])
    await commit({ partition: 6, owner, from: at(1), writes: [write(second, first)] })
    t.same(await store.load('users', [first._id]), [second])
    await commit({ partition: 6, owner, from: at(2), writes: [write(third)] })
    t.same(await store.load('users', [first._id]), [third])
    await commit({ partition: 6, owner, from: at(3), writes: [write(third, third)] })
    t.same(await store.load('users', [first._id]), [third])
    await commit({
      partition: 6,
      owner,
      from: at(4),
      writes: [{ collection: 'users', _id: first._id, former: third, next: null }],
    })
    t.same(await store.load('users', [first._id]), [])
  },
)

t.test('a slice’s pages are in order of ids, of one tenant and generation, and of whom it selects', async t => {
  const { owner } = await checkpoints.takeOver(7, 'cluster')
  const boss = { id: 'm', email: null, full_name: null, state: 'active' as const }
  const people = [
    userDocument('1', { override_manager: boss }, { 'work.department': 12 }),
    userDocument('10', {}, { 'work.department': '12' }),
    userDocument('2', { override_manager: boss, status: 'deleted' }),
    userDocument('3', {}, { 'work.department': '99' }),
    userDocument('4', {}, { 'work.department': ['12'] }),
    userDocument('5', {}, { 'work.department': 'Zu\u0308rich' }),
    userDocument('6', { primary_team: { id: '12', name: null } }, { 'work.department': null }),
  ].map(document => ({ ...document, tenantId: 'paged', _id: document._id.replace('acme', 'paged') }))
  const others = ['paged/2/1', 'paged-2/1/1', 'page/1/1'].map(_id => ({ ...userDocument('1'), _id }))
  await commit({
    partition: 7,
    owner,
    from: at(0),
    writes: [...people, ...others].map(document => write(document, null)),
  })
  const paged = { tenantId: 'paged', generation: 1 }
  const page = async (users: Parameters<typeof store.page>[2], after: string | null = null, limit = 10) =>
    (await store.page(paged, 'users', users, after, limit)).map(({ _id }) => _id.split('/').at(-1))
  t.same(await page({ everyone: true }), ['1', '10', '2', '3', '4', '5', '6'])
  t.same(await page({ everyone: true }, 'paged/1/10', 1), ['2'])
  t.same(await page({ ids: ['3', '1', 'x'] }), ['1', '3'])
  const holders = await page({ reportsOf: null, items: { field: 'work.department', ids: ['12'] } })
  t.same(holders, ['1', '10', '4', '5', '6'], 'whatever the form in which an item is held')
  t.ok((await page({ reportsOf: 'm', items: null })).includes('1'))
  t.same(await page({ reportsOf: null, items: null }), [])
  t.same(await store.reportsOf('paged/1/m'), ['paged/1/1'], 'the deleted do not count')
})
