// Engines that cannot be started: one clear message, and nothing left behind.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { startEngines, startKafka, startMongo } from './index.ts'
import { isAlive } from './lock.ts'

const cacheDir = resolve(import.meta.dirname, '../../.data/engines')
const dir = await mkdtemp(join(tmpdir(), 'hibob-sync-failures-'))
const { PATH: path } = process.env
delete process.env['KAFKA_BROKERS']
delete process.env['MONGODB_URL']
t.teardown(() => rm(dir, { recursive: true, force: true }))
t.afterEach(() => {
  process.env['PATH'] = path
})

await t.test('where nothing is installed, one message says what to install for each', async t => {
  process.env['PATH'] = dir
  const start = startEngines({ dataDir: join(dir, 'none'), cacheDir: join(dir, 'empty-cache') })
  const error = await start.then(
    () => null,
    reason => reason as Error & { code: string },
  )
  t.match(error?.message, /install Java 17 or later and Maven/)
  t.match(error?.message, /install Python 3 with pip/)
  t.match(error?.message, /KAFKA_BROKERS/)
  t.match(error?.message, /MONGODB_URL/)
  t.notOk((await readdir(join(dir, 'none'))).includes('running.json'))
})

await t.test('a port that another program holds is named', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  t.teardown(() => server.close())
  const message = new RegExp(`port ${port} .* is taken`)
  await t.rejects(startMongo({ dataDir: join(dir, 'port'), cacheDir, port }), { code: 'port_taken', message })
})

await t.test('an engine that ends while it starts is told with what its log says of it', async t => {
  const properties = { 'log.retention.ms': 'soon' }
  await t.rejects(startKafka({ dataDir: join(dir, 'wrong'), cacheDir, properties }), { message: /log\.retention\.ms/ })
  const dataDir = join(dir, 'not-a-folder')
  await mkdir(join(dataDir, 'db', 'mongod.lock'), { recursive: true })
  await t.rejects(startMongo({ dataDir, cacheDir }), { code: 'engine_failed', message: /mongod\.lock/ })
})

await t.test('a process that only has the number of a former engine is left alone', async t => {
  const dataDir = join(dir, 'renumbered')
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  t.teardown(() => stranger.kill('SIGKILL'))
  await mkdir(dataDir)
  const state = { brokers: ['127.0.0.1:1'], mongoUrl: 'mongodb://127.0.0.1:1/', pids: [stranger.pid] }
  await writeFile(join(dataDir, 'running.json'), JSON.stringify(state))
  const engines = await startEngines({ dataDir, cacheDir, testCommands: true })
  t.teardown(() => engines.stop())
  t.equal(engines.origin, 'started')
  t.ok(isAlive(stranger.pid as number))
})
