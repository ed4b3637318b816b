import { randomBytes } from 'node:crypto'
import t from 'tap'
import { createTenantStore } from './index.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const [right, other] = [randomBytes(32), randomBytes(32)]
const requireKey = (key: Buffer) => createTenantStore(mongo, key).requireMasterKey()
const seals = mongo.db.collection('seals')
const given = { companyId: '1', hibobUrl: 'https://api.hibob.com/v1', serviceUserId: 'S', serviceUserToken: 'x' }
const isWrong = { code: 'master_key_wrong', retryable: false, message: /MASTER_KEY/ }

t.test('the key that a database is first used with is its key, also when two come first at once', async t => {
  await Promise.all([requireKey(right), requireKey(right), requireKey(right)])
  t.equal(await seals.countDocuments(), 1)
  await requireKey(right)
  await t.rejects(requireKey(other), isWrong)
  t.notMatch(JSON.stringify(await seals.find().toArray()), right.toString('base64'))
})

t.test('tenants stored before there was a seal tell the key: a wrong one never becomes the database’s', async t => {
  await createTenantStore(mongo, right).add({ tenant: 'acme', ...given }, 'ada')
  await seals.deleteMany({})
  await t.rejects(requireKey(other), isWrong)
  t.equal(await seals.countDocuments(), 0)
  await requireKey(right)
})

t.test('one damaged tenant does not make the key wrong, and removed ones say nothing', async t => {
  const store = createTenantStore(mongo, right)
  await seals.deleteMany({})
  await mongo.db.collection<{ _id: string }>('tenants').insertOne({ _id: 'aaa', serviceUserToken: 'damaged' } as never)
  await requireKey(right)
  await seals.deleteMany({})
  await store.markRemoved('acme', 'ada')
  await store.markRemoved('aaa', 'ada')
  await t.resolves(requireKey(other))
})
