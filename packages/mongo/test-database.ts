// A database of its own for one test file, with every index; it goes when the file ends.
import t from 'tap'
import { engines, uniqueName } from '../../test/support/engines.ts'
import { connectMongo, type Mongo } from './connection.ts'
import { ensureIndexes } from './indexes.ts'

export async function testDatabase(): Promise<Mongo> {
  const mongo = await connectMongo((await engines()).mongoUrl(uniqueName('mongo-test')), { appName: 'test' })
  t.teardown(async () => {
    await mongo.db.dropDatabase()
    await mongo.close()
  })
  await ensureIndexes(mongo)
  return mongo
}
