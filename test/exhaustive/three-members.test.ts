// MongoDB of three members, for tests of failures.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isAlive, startMongo } from '@hibob-sync/local-engines'
import { connectMongo } from '@hibob-sync/mongo'
import t from 'tap'

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-mongo-'))
t.teardown(() => rm(dataDir, { recursive: true, force: true }))

await t.test('three members make a set that goes on when its primary is killed, and takes it back', async t => {
  const mongod = await startMongo({ dataDir, cacheDir, members: 3, cacheGb: 0.25, electionTimeoutMs: 2000 })
  t.teardown(() => mongod.stop())
  const mongo = await connectMongo(mongod.urlFor('kept'), { appName: 'test', waitMs: 30_000 })
  const things = mongo.db.collection('things')
  await things.insertOne({ when: 'before' })
  const formerPids = mongod.members.map(({ pid }) => pid)
  const { primary } = await mongo.db.command({ hello: 1 })
  const killed = mongod.members.find(({ port }) => primary === `127.0.0.1:${port}`)
  killed?.kill('SIGKILL')
  await answered(() => things.updateOne({ when: 'while one is down' }, { $set: { taken: true } }, { upsert: true }))
  await killed?.start()
  t.notOk(formerPids.includes(killed?.pid ?? 0))
  t.equal(await answered(() => things.countDocuments()), 2)
  await mongo.close()
  await mongod.stop()
  t.notOk([...formerPids, killed?.pid ?? 0].some(isAlive), 'a stop leaves no process')
})

/** Asks again while primaries come and go: the driver asks only twice. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof Error && error.name.startsWith('Mongo'))) throw error
    }
  }
}
