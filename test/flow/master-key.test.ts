// A MASTER_KEY that is valid and not this database's: nothing is sealed or opened with it, and whoever would have to says so.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hibobSync } from '../support/command.ts'
import { preparePipeline, runImporter, runIngress } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: { acme: 0 } })
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await prepared.close()
  await rm(files, { recursive: true, force: true })
})
const env = { ...prepared.env, MASTER_KEY: randomBytes(32).toString('base64') }
const secretFile = join(files, 'secret')
await writeFile(secretFile, 'a-secret\n')

await t.test('an ingress and an importer with another key do not start', async t => {
  const code = 'master_key_wrong'
  await t.rejects(runIngress({ ...prepared, env }), { code, message: /MASTER_KEY/ })
  await t.rejects(runImporter({ ...prepared, env }), { code, message: /MASTER_KEY/ })
})

await t.test('no command seals anything under another key', async t => {
  const before = await prepared.mongo.db.collection('tenants').find().toArray()
  const add = ['--company-id', '9', '--hibob-url', prepared.simulator.url, '--service-user-id', 'S']
  for (const args of [
    ['add', 'beta', ...add, '--service-user-token-file', secretFile],
    ['set', 'acme', '--service-user-token-file', secretFile],
    ['add-secret', 'acme', '--signing-secret-file', secretFile],
    ['rotate-url', 'acme', '--yes'],
  ]) {
    const { code, stdout, stderr } = await hibobSync(env, 'tenants', ...args)
    t.match([code, stdout, stderr], [1, '', /master_key_wrong.*MASTER_KEY/s], args.join(' '))
  }
  t.same(await prepared.mongo.db.collection('tenants').find().toArray(), before)
  t.equal((await hibobSync(env, 'tenants', 'list')).code, 0, 'what needs no key goes on')
})
