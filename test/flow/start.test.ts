// `npm start`: everything runs, the demo company is imported person by person, and Ctrl-C ends all of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
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
const clean = { ...process.env, KAFKA_BROKERS: '', MONGODB_URL: '' }
const env = {
  ...clean,
  HIBOB_SYNC_DATA: dataDir,
  INGRESS_PORT: String(ingressPort),
  SIMULATOR_PORT: String(simulatorPort),
  HIBOB_SETTLING_MS: '500',
  ENGINES_CACHE: join(root, '.data/engines'),
}

await t.test(
  'the demo company of some 200 people is imported through webhooks, changes keep arriving, and SIGINT ends everything within 10 s',
  async t => {
    const child = spawn(process.execPath, [join(root, 'services/cli/start/main.ts')], {
      env,
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout.on('data', chunk => (output += chunk))
    const exited = once(child, 'exit')
    await until(async () => (await hibobSync(env, 'users', 'demo', '--json')).code === 0, 500)
    await until(async () => (await hibobSyncJson<unknown[]>(env, 'users', 'demo', '--all')).length >= 200, 500)
    await until(() => /received 20[1-9]|received 2[1-9]\d|received [3-9]\d\d/.test(output), 200)
    t.match(output, /npx hibob-sync users demo/)
    const environment = JSON.parse(await readFile(join(dataDir, 'environment.json'), 'utf8')) as {
      KAFKA_BROKERS: string
    }
    t.match(environment.KAFKA_BROKERS, /127\.0\.0\.1:\d+/)
    const asked = performance.now()
    child.kill('SIGINT')
    const [code] = await exited
    t.equal(code, 0)
    t.ok(performance.now() - asked < 10_000, 'ended in time')
    t.notMatch(await processes(), new RegExp(dataDir), 'no process is left')
  },
)

async function processes(): Promise<string> {
  const child = spawn('ps', ['-eo', 'args'], { stdio: ['ignore', 'pipe', 'ignore'] })
  let output = ''
  child.stdout.on('data', chunk => (output += chunk))
  await once(child, 'close')
  return output
}
