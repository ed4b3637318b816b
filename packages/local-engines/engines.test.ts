// Engines keep their data, are reused, and never outlive who started them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { applyTopics, createKafka, createLanes, logEnds, topicNames } from '@hibob-sync/kafka'
import { connectMongo } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { startEngines } from './index.ts'
import { isAlive } from './lock.ts'

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const logger = createLogger({ service: 'test', level: 'silent' })
// these tests start engines of their own
delete process.env['KAFKA_BROKERS']
delete process.env['MONGODB_URL']

async function temporaryDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'hibob-sync-engines-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

async function gone(pids: number[]): Promise<void> {
  while (pids.some(isAlive)) await new Promise(resolve => setTimeout(resolve, 50))
}

await t.test('data survives a restart, a second start reuses what runs, and a stop leaves no process', async t => {
  const dataDir = await temporaryDir()
  const first = await startEngines({ dataDir, cacheDir })
  const second = await startEngines({ dataDir, cacheDir })
  t.equal(second.origin, 'reused')
  t.same(second.brokers, first.brokers)
  const client = createKafka({ brokers: first.brokers, clientId: 'test', logger })
  await applyTopics(client, { prefix: '', replicationFactor: 1, partitions: 1 })
  const lanes = await createLanes(client)
  await lanes.append(topicNames('').events, 0, { key: 'k', value: 'kept' })
  await lanes.stop()
  const mongo = await connectMongo(first.mongoUrl('kept'), { appName: 'test' })
  await mongo.db.collection('things').insertOne({ kept: true })
  await mongo.close()
  const pids = await second.pids()
  await first.stop()
  await gone(pids)

  const again = await startEngines({ dataDir, cacheDir })
  t.teardown(() => again.stop())
  t.equal(again.origin, 'started')
  const ends = await logEnds(createKafka({ brokers: again.brokers, clientId: 'test', logger }), topicNames('').events)
  t.equal(ends.get(0)?.high, 1)
  const reopened = await connectMongo(again.mongoUrl('kept'), { appName: 'test' })
  t.equal(await reopened.db.collection('things').countDocuments(), 1)
  await reopened.close()
})

await t.test('engines end when the process that started them is killed', async t => {
  const dataDir = await temporaryDir()
  const script = `const { startEngines } = await import(${JSON.stringify(join(import.meta.dirname, 'index.ts'))}); const engines = await startEngines(${JSON.stringify({ dataDir, cacheDir })}); console.log(JSON.stringify(await engines.pids())); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  const pids = JSON.parse(String(line)) as number[]
  t.equal(pids.length, 2)
  t.ok(pids.every(isAlive))
  child.kill('SIGKILL')
  await gone(pids)
  t.notOk(pids.some(isAlive))
})
