import t from 'tap'
import { engines } from '../../test/support/engines.ts'
import { answers, connectMongo, requireMongoUrl } from './connection.ts'
import { ensureIndexes } from './indexes.ts'
import { testDatabase } from './test-database.ts'
import { freePort } from './test-port.ts'

t.test(
  'a server that does not answer is told within the wait, with what to check and without the password',
  async t => {
    const url = `mongodb://user:hunter2@127.0.0.1:${await freePort()}/db`
    const before = performance.now()
    const error = await connectMongo(url, { appName: 'test', waitMs: 300 }).catch(error => error)
    t.match(error, { code: 'mongodb_unavailable', retryable: true, message: /127\.0\.0\.1.*check MONGODB_URL/ })
    t.notMatch(error.message, 'hunter2')
    t.ok(performance.now() - before < 5000)
  },
)

t.test('a URL that is none is told, without showing it', async t => {
  const error = await connectMongo('postgres://user:hunter2@host', { appName: 'test' }).catch(error => error)
  t.match(error, { code: 'mongodb_url_invalid', retryable: false })
  t.notMatch(error.message, 'hunter2')
})

t.test('a URL is checked before anything is waited for', async t => {
  const url = 'mongodb://user:hunter2@a:27017,b:27017'
  t.throws(() => requireMongoUrl(url), { code: 'mongodb_url_invalid' })
  requireMongoUrl(`${url}/db?replicaSet=rs0`)
})

t.test('an option that the driver does not take is named, and nothing of the user or password', async t => {
  for (const [option, name] of [
    ['unknownOpt=1', 'unknownOpt'],
    ['replicaSet=rs0&tls=maybe', 'tls'],
    ['authMechanism=hunter2', 'authMechanism'],
  ]) {
    const url = `mongodb://user:hunter2@127.0.0.1/db?${option}`
    const error = await connectMongo(url, { appName: 'test' }).catch(error => error)
    t.match(error, { code: 'config_invalid', retryable: false })
    t.ok(error.message.includes(`"${name}"`), error.message)
    t.notMatch(error.message, 'hunter2')
  }
})

t.test('a URL without a database is refused: the driver’s own choice would be taken for empty', async t => {
  for (const end of ['', '/', '?replicaSet=rs0', '/?replicaSet=rs0&authSource=admin']) {
    const connecting = connectMongo(`mongodb://user:hunter2@a:27017,b:27017${end}`, { appName: 'test', lazy: true })
    await t.rejects(
      connecting,
      { code: 'mongodb_url_invalid', message: /names no database.*host:27017\/hibob-sync/ },
      end,
    )
  }
})

t.test('a lazy connection is there at once, and answers when the server does', async t => {
  const absent = await connectMongo(`mongodb://127.0.0.1:${await freePort()}/db`, {
    appName: 'test',
    waitMs: 200,
    lazy: true,
  })
  t.equal(await answers(absent), false)
  await absent.close()
  const present = await connectMongo((await engines()).mongoUrl('lazy'), { appName: 'test', lazy: true })
  t.equal(await answers(present), true)
  await present.close()
})

t.test('indexes can be made again and again, by several at once', async t => {
  const mongo = await testDatabase()
  await Promise.all([ensureIndexes(mongo), ensureIndexes(mongo)])
  const names = (await mongo.db.collection('pending_reads').indexes()).map(({ name }) => name)
  t.same(names, ['_id_', 'due', 'tenant'])
  t.match(await mongo.db.collection('tenants').indexes(), [{}, { name: 'token-hash', unique: true }])
})

t.test('the queries of every day walk an index, not the collection', async t => {
  const mongo = await testDatabase()
  const stagesOf = async (name: string, filter: object, sort: Record<string, 1> = {}) =>
    JSON.stringify(
      (await mongo.db.collection(name).find(filter).sort(sort).explain('queryPlanner')).queryPlanner.winningPlan,
    )
  const reports = { tenantId: 'a', generation: 1, 'user.override_manager.id': '1', 'user.status': { $ne: 'deleted' } }
  for (const [name, filter, sort] of [
    ['users', reports],
    ['tenants', { tokenHash: 'x' }],
    ['pending_reads', { partition: { $in: [1, 2] }, dueAt: { $lte: 5 } }, { dueAt: 1 }],
    ['dated_reads', { partition: { $in: [1, 2] }, at: { $lte: 5 } }, { at: 1 }],
    ['list_readings', { partition: { $in: [1, 2] }, dueAt: { $lte: 5 } }, { dueAt: 1 }],
    ['changes', { tenantId: 'a', key: 'a/1', offset: { $lte: 5 } }],
    ['parked_events', { tenantId: 'a' }],
    ['audit', { tenantId: 'a' }, { at: 1 }],
  ] as [string, object, Record<string, 1>?][])
    t.notMatch(await stagesOf(name, filter, sort), 'COLLSCAN', name)
})
