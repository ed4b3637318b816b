import t from 'tap'
import { projectorCheckpoints } from './projector-checkpoint.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const checkpoints = projectorCheckpoints(mongo)

t.test('a partition without a checkpoint begins at its first event, with nothing published', async t => {
  t.match(await checkpoints.takeOver(1, 'cluster'), {
    position: { offset: 0, step: 0, after: null },
    published: { offset: -1, step: 0 },
    resend: [],
  })
})

t.test('of take-overs at the same time exactly one owns the partition afterwards', async t => {
  const taken = await Promise.all(Array.from({ length: 4 }, () => checkpoints.takeOver(2, 'cluster')))
  const moved = await Promise.all(taken.map(({ owner }) => checkpoints.movePublished(2, owner, { offset: 5, step: 0 })))
  t.equal(moved.filter(Boolean).length, 1)
  t.equal((await checkpoints.load(2))?.owner, taken[moved.indexOf(true)]?.owner)
})

t.test('keys whose send is uncertain are noted by whoever, read and pulled by the owner alone', async t => {
  const former = await checkpoints.takeOver(3, 'cluster')
  const { owner } = await checkpoints.takeOver(3, 'cluster')
  await checkpoints.addResend(3, ['users|a/1', 'users|a/2'])
  await checkpoints.addResend(3, ['users|a/1', 'teams|a/1'])
  await checkpoints.addResend(3, [])
  t.same((await checkpoints.wanted(3, owner)).resend, ['users|a/1', 'users|a/2', 'teams|a/1'])
  t.same((await checkpoints.wanted(3, former.owner)).resend, [])
  await checkpoints.pullResend(3, former.owner, ['users|a/1'])
  t.equal((await checkpoints.wanted(3, owner)).resend.length, 3)
  await checkpoints.pullResend(3, owner, ['users|a/1', 'teams|a/1'])
  t.same((await checkpoints.wanted(3, owner)).resend, ['users|a/2'])
})

t.test('a wish to try a change again is answered by the owner, and each wish by itself', async t => {
  const { owner } = await checkpoints.takeOver(6, 'cluster')
  const [first, second] = [await checkpoints.askRetry(6, 'users/a/1'), await checkpoints.askRetry(6, 'users/a/1')]
  const { retry } = await checkpoints.wanted(6, owner)
  t.same(retry, [first, second])
  await checkpoints.pullRetry(6, 'somebody else', [first])
  t.equal(await checkpoints.isAsked(6, first), true)
  await checkpoints.pullRetry(6, owner, [first])
  t.equal(await checkpoints.isAsked(6, first), false)
  t.equal(await checkpoints.isAsked(6, second), true, 'one that came later is not taken for answered')
})

t.test('another Kafka cluster is refused with what to do, and takes nothing over', async t => {
  const before = await checkpoints.takeOver(4, 'cluster')
  await t.rejects(checkpoints.takeOver(4, 'elsewhere'), {
    code: 'other_cluster',
    message: /Kafka cluster cluster, but this is cluster elsewhere: connect to/,
  })
  t.equal((await checkpoints.load(4))?.owner, before.owner)
})

t.test(
  'a take-over does not wait for a transaction in which the former owner stands still',
  { timeout: 20_000 },
  async t => {
    const session = mongo.client.startSession()
    const { _id, owner } = await checkpoints.takeOver(5, 'cluster', session)
    session.startTransaction()
    const stored = mongo.db.collection<{ _id: string; position: object }>('checkpoints')
    const write = () => stored.updateOne({ _id, owner }, { $set: { 'position.offset': 9 } }, { session })
    await write()
    const next = await checkpoints.takeOver(5, 'cluster')
    t.equal(next.position.offset, 0)
    await t.rejects(session.commitTransaction(), 'it can write nothing any more')
    await session.endSession()
    t.match(await checkpoints.load(5), { owner: next.owner, position: { offset: 0 } })
  },
)
