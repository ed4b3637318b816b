// `npm start`: everything runs, the demo company is imported person by person, and Ctrl-C ends all of it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { freePorts } from '@hibob-sync/local-engines'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { until } from '../support/until.ts'

const root = resolve(import.meta.dirname, '../..')
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-start-'))
t.teardown(() => rm(dataDir, { recursive: true, force: true }))
const [ingressPort, simulatorPort] = await freePorts(2)
const env = {
  ...process.env,
  KAFKA_BROKERS: '',
  MONGODB_URL: '',
  MASTER_KEY: '',
  HIBOB_SYNC_DATA: dataDir,
  INGRESS_PORT: String(ingressPort),
  SIMULATOR_PORT: String(simulatorPort),
  HIBOB_SETTLING_MS: '500',
  ENGINES_CACHE: join(root, '.data/engines'),
}

interface Started {
  child: ChildProcess
  exited: Promise<number | null>
  output(): string
  /** Resolves when `pattern` has been printed. */
  printed(pattern: RegExp): Promise<void>
}

function npmStart(more: NodeJS.ProcessEnv = {}): Started {
  const child = spawn(process.execPath, [join(root, 'services/cli/start/main.ts')], {
    env: { ...env, ...more },
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // a promise that is broken must not leave everything running
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  let ended = false
  child.stdout.on('data', chunk => (output += chunk))
  child.stderr.on('data', chunk => (output += chunk))
  const exited = once(child, 'close').then(([code]) => {
    ended = true
    return code as number | null
  })
  const printed = (pattern: RegExp) =>
    until(() => {
      if (!pattern.test(output) && ended) throw new Error(`ended without printing ${pattern}:\n${output}`)
      return pattern.test(output)
    })
  return { child, exited, output: () => output, printed }
}

const users = () => hibobSyncJson<{ id: string; status: string }[]>(env, 'users', 'demo', '--all')

await t.test(
  'the demo company of some 200 people is imported through webhooks, changes keep arriving, and Ctrl-C ends everything within 10 s',
  async t => {
    const { child, exited, printed } = npmStart()
    await printed(/users 200\/200/)
    await printed(/received 20[1-9]|received 2[1-9]\d|received [3-9]\d\d/)
    await printed(/npx hibob-sync/)
    t.ok((await users()).length >= 200)
    const environment = JSON.parse(await readFile(join(dataDir, 'environment.json'), 'utf8')) as {
      KAFKA_BROKERS: string
    }
    t.match(environment.KAFKA_BROKERS, /127\.0\.0\.1:\d+/)
    t.equal((await stat(join(dataDir, 'master-key'))).mode & 0o777, 0o600, 'the key is its owner’s alone')
    const asked = performance.now()
    child.kill('SIGINT')
    // npm passes on the Ctrl-C that the terminal has sent already
    child.kill('SIGINT')
    t.equal(await exited, 0)
    t.ok(performance.now() - asked < 10_000, 'ended in time')
    await printed(/ending/)
    t.notMatch(await processes(), new RegExp(dataDir), 'no process is left')
    for (const service of ['start', 'ingress', 'importer', 'projector']) {
      const log = await readFile(join(dataDir, 'log', `${service}.log`), 'utf8')
      t.match(log, /"msg":"started".*"msg":"stopped"/s, `${service}.log tells when it was there`)
    }
  },
)

await t.test(
  'a second start goes on with what is kept and deletes nobody, and being killed leaves no process',
  async t => {
    const { child, exited, printed } = npmStart()
    await printed(/users 2\d\d\/200/)
    await printed(/received [1-9]/)
    t.ok((await users()).length >= 200)
    t.notOk((await users()).some(({ status }) => status === 'deleted'))

    const shared = await readFile(join(dataDir, 'environment.json'), 'utf8')
    const [otherIngress, otherSimulator] = await freePorts(2)
    const other = npmStart({ INGRESS_PORT: String(otherIngress), SIMULATOR_PORT: String(otherSimulator) })
    t.equal(await other.exited, 1)
    t.match(
      other.output(),
      `start_running: another \`npm start\` (pid ${child.pid}) uses ${dataDir}: end it, or set HIBOB`,
    )
    t.notMatch(other.output(), 'ending')
    t.equal(await readFile(join(dataDir, 'environment.json'), 'utf8'), shared, 'a second one beside it touches nothing')
    t.ok((await users()).length >= 200)

    child.kill('SIGKILL')
    await exited
    await until(async () => !(await processes()).includes(dataDir))
    const told = await hibobSync(env, 'users', 'demo')
    t.match([told.code, told.stderr], [1, /mongodb_unreachable.*npm start/s])
  },
)

await t.test('Ctrl-C in the middle of starting ends what has been started', async t => {
  const { child, exited, printed } = npmStart()
  await printed(/creating topics/)
  child.kill('SIGINT')
  t.equal(await exited, 0)
  await until(async () => !(await processes()).includes(dataDir))
  t.pass('no process is left')
})

await t.test('a removed demo tenant and an engine that died are told, and Ctrl-C then ends within 5 s', async t => {
  const { child, exited, printed } = npmStart()
  await printed(/users 2\d\d\/200/)
  t.match(await hibobSync(env, 'tenants', 'remove', 'demo', '--yes'), { code: 0 })
  await printed(/demo removed; the next `npm start` adds it again/)
  const kafka = Number(await readFile(join(dataDir, 'local/kafka/node-1/pid'), 'utf8'))
  process.kill(kafka, 'SIGKILL')
  await printed(/Kafka at 127\.0\.0\.1:\d+ does not answer\. Its log: .*kafka\.log\n.*Ctrl-C ends everything/)
  const asked = performance.now()
  child.kill('SIGINT')
  t.equal(await exited, 0)
  t.ok(performance.now() - asked < 5000, `ended after ${Math.round(performance.now() - asked)} ms`)
  t.notMatch(await processes(), new RegExp(dataDir), 'no process is left')
})

await t.test('settings that cannot be used are told before anything is started', async t => {
  const file = join(dataDir, 'a-file')
  await writeFile(file, '')
  const untouched = join(dataDir, 'untouched')
  const port = String(ingressPort)
  for (const [settings, message] of [
    [{ MASTER_KEY: 'abc' }, /config_invalid.*MASTER_KEY/s],
    [{ SIMULATOR_PORT: port }, `INGRESS_PORT and SIMULATOR_PORT are both ${port}: choose two different ports`],
    [
      { LOG_LEVEL: 'loud', PROJECTOR_SLICE_SIZE: 'x' },
      /LOG_LEVEL.*PROJECTOR_SLICE_SIZE|PROJECTOR_SLICE_SIZE.*LOG_LEVEL/s,
    ],
    [{ KAFKA_BROKERS: '127.0.0.1:9092' }, /set both KAFKA_BROKERS and MONGODB_URL/],
    [{ INGRESS_PORT: 'tcp://10.96.0.12:8080' }, /INGRESS_PORT must be a port .*tcp:.*Service named ingress/],
    [{ PUBLIC_URL: 'hooks.example.com' }, /PUBLIC_URL does not begin with https:/],
    [{ KAFKA_BROKERS: 'PLAINTEXT://h:1', MONGODB_URL: 'mongodb://u:p@ss@h/d' }, /scheme.*\n.*password contains “@”/],
    [{ HIBOB_SYNC_DATA: file }, `HIBOB_SYNC_DATA=${file} is no directory that can be written to`],
  ] as [NodeJS.ProcessEnv, RegExp | string][]) {
    const { exited, output } = npmStart({ HIBOB_SYNC_DATA: untouched, ...settings })
    t.equal(await exited, 1)
    t.match(output(), message)
    t.notMatch(output(), /ending|starting/)
  }
  await t.rejects(stat(untouched), { code: 'ENOENT' })
})

await t.test('a busy port is named, with what to do, and nothing is started', async t => {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const { exited, output, printed } = npmStart({ SIMULATOR_PORT: String(port) })
  await printed(new RegExp(`port_busy: port ${port} is in use.*SIMULATOR_PORT=<port>.*HIBOB_SYNC_DATA=<folder>`))
  t.equal(await exited, 1)
  t.notMatch(output(), /ending|starting/)
  server.close()
})

async function processes(): Promise<string> {
  const child = spawn('ps', ['-eo', 'args'], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.on('data', chunk => (output += chunk))
  await once(child, 'close')
  return output
}
