// `npm run engines`: Kafka and MongoDB alone, for services that are run one by one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { hibobSync } from '../support/command.ts'
import { until } from '../support/until.ts'

const root = resolve(import.meta.dirname, '../..')
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-engines-'))
t.teardown(() => rm(dataDir, { recursive: true, force: true }))
const unset = { KAFKA_BROKERS: '', MONGODB_URL: '', MASTER_KEY: '' }
const env = { ...process.env, ...unset, HIBOB_SYNC_DATA: dataDir, ENGINES_CACHE: join(root, '.data/engines') }

await t.test('commands beside it find Kafka, MongoDB and the key, until Ctrl-C ends them', async t => {
  const child = spawn(process.execPath, [join(root, 'services/cli/start/engines.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const exited = once(child, 'close')
  let output = ''
  child.stdout.on('data', chunk => (output += chunk))
  await until(() => /Ctrl-C/.test(output) || child.exitCode !== null)
  t.match(output, /Kafka +127[\s\S]*MongoDB +mongodb:/)
  t.notMatch(output, 'download', 'what is there already is not said to be downloaded')
  t.equal((await hibobSync(env, 'topics', 'apply')).code, 0)
  t.match(await hibobSync(env, 'tenants', 'list'), { code: 0, stderr: /There are no tenants/ })
  const refused = await hibobSync(env, 'tenants', 'pause', 'nobody')
  t.match([refused.code, refused.stderr], [1, /^tenant_unknown/], 'the key is there')
  child.kill('SIGINT')
  t.strictSame(await exited, [0, null])
  t.match(await hibobSync(env, 'tenants', 'list'), { code: 1, stderr: /npm start/ })
})
