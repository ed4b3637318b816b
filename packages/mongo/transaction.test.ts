import t from 'tap'
import { testDatabase } from './test-database.ts'
import { runTransaction } from './transaction.ts'

const mongo = await testDatabase()
const collection = mongo.db.collection<{ _id: string; n?: number }>('users')
const count = (_id: string) => collection.countDocuments({ _id })

// only this file's own connection: the server is shared
const appName = 'transaction-test'
const { connectMongo } = await import('./connection.ts')
const { engines } = await import('../../test/support/engines.ts')
const own = await connectMongo((await engines()).mongoUrl(mongo.db.databaseName), { appName })
t.teardown(() => own.close())
const failCommand = (mode: object | string, data: object) =>
  mongo.client.db('admin').command({ configureFailPoint: 'failCommand', mode, data: { appName, ...data } })
const canFail = await failCommand('off', {}).then(
  () => true,
  () => false,
)
const underFaults = { skip: canFail ? false : 'needs a server with enableTestCommands=1' }
t.afterEach(() => canFail && failCommand('off', {}))

t.test('all of a transaction is stored, or nothing', async t => {
  await runTransaction(
    own,
    async session => void (await own.db.collection<{ _id: string }>('users').insertOne({ _id: 'all' }, { session })),
  )
  t.equal(await count('all'), 1)
  await t.rejects(
    runTransaction(own, async session => {
      await own.db.collection<{ _id: string }>('users').insertOne({ _id: 'nothing' }, { session })
      throw new Error('no')
    }),
    { message: 'no' },
  )
  t.equal(await count('nothing'), 0)
})

t.test('two that touch the same document both come to their end, one after the other', async t => {
  await collection.insertOne({ _id: 'counter', n: 0 })
  const users = own.db.collection<{ _id: string; n: number }>('users')
  const raise = () =>
    runTransaction(own, async session => {
      const found = await users.findOne({ _id: 'counter' }, { session })
      await users.updateOne({ _id: 'counter' }, { $set: { n: (found?.n ?? 0) + 1 } }, { session })
    })
  await Promise.all(Array.from({ length: 5 }, raise))
  t.equal((await collection.findOne({ _id: 'counter' }))?.n, 5)
})

t.test('a commit whose outcome is unknown is committed again, not run again', underFaults, async t => {
  let runs = 0
  await failCommand(
    { times: 3 },
    { failCommands: ['commitTransaction'], errorCode: 91, errorLabels: ['UnknownTransactionCommitResult'] },
  )
  await runTransaction(own, async session => {
    runs++
    await own.db.collection<{ _id: string }>('users').insertOne({ _id: 'unknown' }, { session })
  })
  t.equal(runs, 1)
  t.equal(await count('unknown'), 1)
})

t.test('a commit whose answer is lost with the connection is stored once', underFaults, async t => {
  let runs = 0
  await failCommand({ times: 2 }, { failCommands: ['commitTransaction'], closeConnection: true })
  await runTransaction(own, async session => {
    runs++
    await own.db.collection<{ _id: string }>('users').insertOne({ _id: 'lost' }, { session })
  })
  t.equal(await count('lost'), 1)
  t.equal(runs, 1)
})

t.test('a transient failure runs the whole of it again', underFaults, async t => {
  let runs = 0
  await failCommand(
    { times: 1 },
    { failCommands: ['insert'], errorCode: 112, errorLabels: ['TransientTransactionError'] },
  )
  await runTransaction(own, async session => {
    runs++
    await own.db.collection<{ _id: string }>('users').insertOne({ _id: 'transient' }, { session })
  })
  t.equal(runs, 2)
  t.equal(await count('transient'), 1)
})

t.test('what goes on failing is thrown after the deadline', underFaults, async t => {
  await failCommand('alwaysOn', {
    failCommands: ['insert'],
    errorCode: 112,
    errorLabels: ['TransientTransactionError'],
  })
  const before = performance.now()
  await t.rejects(
    runTransaction(
      own,
      async session =>
        void (await own.db.collection<{ _id: string }>('users').insertOne({ _id: 'never' }, { session })),
      { deadlineMs: 300 },
    ),
    { code: 112 },
  )
  t.ok(performance.now() - before < 5000)
  t.equal(await count('never'), 0)
})
