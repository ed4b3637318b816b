// What the command says of tenants that are gone, of companies that come twice, and of text that would act on the terminal.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { preparePipeline, runIngress } from '../support/pipeline.ts'
import { postWebhook, signedBy, urlOf } from '../support/webhook-client.ts'

const prepared = await preparePipeline({ tenants: { acme: 0, gone: 0 } })
const ingress = await runIngress(prepared)
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await ingress.stop()
  await prepared.close()
  await rm(files, { recursive: true, force: true })
})
const { env } = prepared
const secretFile = join(files, 'secret')
await writeFile(secretFile, 'a-secret\n')
await prepared.tenants.markRemoved('gone', 'test')

await t.test('every act on a removed tenant says that it is removed, and how it comes back', async t => {
  for (const args of [
    ['rotate-url', 'gone', '--yes'],
    ['pause', 'gone'],
    ['resume', 'gone'],
    ['set', 'gone', '--nightly-at', '03:00'],
    ['set', 'gone', '--service-user-token-file', secretFile],
    ['add-secret', 'gone', '--signing-secret-file', secretFile],
  ]) {
    const { code, stderr } = await hibobSync(env, 'tenants', ...args)
    t.match([code, stderr], [1, /tenant_removed.*tenants add/s], args.join(' '))
  }
  for (const args of [
    ['settings', 'show', 'gone'],
    ['settings', 'edit', 'gone'],
    ['holds', 'show', 'gone'],
    ['upcoming', 'gone'],
  ])
    t.match((await hibobSync(env, ...args)).stderr, /^tenant_removed/, args.join(' '))
  for (const listing of ['users', 'teams', 'managers'])
    t.match((await hibobSync(env, listing, 'gone')).stderr, /gone is removed/, listing)
})

await t.test('a secret that there is not is said so before anybody is asked to confirm', async t => {
  const { code, stderr } = await hibobSync(env, 'tenants', 'remove-secret', 'acme', '1f2e3d4c')
  t.match([code, stderr], [1, /^secret_unknown: .*tenants show acme/])
})

await t.test('what cannot be answered is refused, not guessed', async t => {
  const refused = (...args: string[]) => hibobSync({ ...env, VISUAL: '', EDITOR: '' }, ...args)
  t.match((await refused('replay', 'acme', '--to', '2100-01-01T00:00:00Z')).stderr, /^time_invalid: .*still to come/)
  for (const args of [
    ['changes', 'acme', '--since', '03/11/2026'],
    ['events', 'acme', '--from', '5'],
    ['events', 'acme', '--to', 'foo 1'],
    ['replay', 'acme', '--to', '2026-02-30', '--snapshot', 'x'],
  ])
    t.match(await refused(...args), {
      code: 1,
      stdout: '',
      stderr: /^time_invalid: --(since|from|to) ".*" is not a time/,
    })
  t.match((await refused('events', 'acme', '--from', '2026-11-03', '--to', '2026-11-02')).stderr, /^time_invalid/)
  t.same(await hibobSyncJson(env, 'snapshots', 'list', 'acme'), [])
  t.match((await refused('explain', 'acme', '')).stderr, /^option_invalid: <user> is empty/)
  t.match((await refused('settings', 'edit', 'acme')).stderr, /^editor_failed: there is no terminal.*settings set/)
})

await t.test('an argument with something around it is named; so is what a file holds in place of a secret', async t => {
  const file = join(files, 'utf16')
  await writeFile(file, '\uFEFF0123456789abcdef', 'utf16le')
  const add = (tenant: string, companyId: string, user: string, token: string) =>
    hibobSync(
      env,
      ...['tenants', 'add', tenant, '--company-id', companyId, '--hibob-url', prepared.simulator.url],
      ...['--service-user-id', user, '--service-user-token-file', token],
    )
  for (const [given, problem] of [
    [['"marked"', '1', 'S', secretFile], /^tenant_id_invalid: <tenant> has quotes around it/],
    [['marked', "'1'", 'S', secretFile], /^company_id_invalid: --company-id has quotes around it/],
    [['marked', '1', 'SERVICE-1\n', secretFile], /^option_invalid: --service-user-id has a line end around it/],
    [['marked', '1', '', secretFile], /^option_invalid: --service-user-id is empty/],
    [['marked', '1', 'S', file], /^secret_unusable: .*utf16 is UTF-16: save it as UTF-8/],
  ] as [[string, string, string, string], RegExp][])
    t.match(await add(...given), { code: 1, stdout: '', stderr: problem })
  t.match((await hibobSync(env, 'tenants', 'show', 'marked')).stderr, /^tenant_unknown/)
  t.match((await hibobSync(env, 'parked', 'show', '')).stderr, /^option_invalid: <id> is empty/)
  const marked = join(files, 'marked')
  await writeFile(marked, '\uFEFF0123456789abcdef0123456789abcdef\r\n')
  t.equal((await add('marked', '1', 'SERVICE-1', marked)).code, 0)
})

await t.test('a document that is no JSON, or gives a key twice, is refused with the place', async t => {
  const document = join(files, 'settings.json')
  for (const [content, problem] of [
    ['{"time_zone": "UTC", "time_zone": "Europe/Berlin"}', /"time_zone" is given twice, first at line 1, column 2/],
    ['{"time_zone": "UTC",\n}', /line 2, column 1: a comma/],
    ['time_zone: UTC\n', /YAML/],
    [Buffer.from('{"time_zone": "UTC"}', 'utf16le'), /settings\.json is UTF-16: save it as UTF-8/],
  ] as [string | Buffer, RegExp][]) {
    await writeFile(document, content)
    const { code, stdout, stderr } = await hibobSync(env, 'settings', 'set', 'acme', '--file', document, '--yes')
    t.match([code, stdout, stderr], [1, '', /^settings_invalid/])
    t.match(stderr, problem)
  }
  await writeFile(document, '\uFEFF{}\r\n')
  t.equal((await hibobSync(env, 'settings', 'set', 'acme', '--file', document, '--yes')).code, 0)
})

await t.test('settings that are misspelt are named with their part, and no password', async t => {
  for (const [settings, problem] of [
    [
      { MONGODB_URL: 'mongodb://bob:p@ss/w#rd@127.0.0.1:27017/sync?replicaSet=rs0' },
      /MONGODB_URL .*password contains “@”/,
    ],
    [{ MONGODB_URL: ` ${env['MONGODB_URL']}` }, /MONGODB_URL has a blank/],
    [{ KAFKA_BROKERS: 'PLAINTEXT://127.0.0.1:9092' }, /KAFKA_BROKERS .*part 1 .*scheme/],
    [{ KAFKA_BROKERS: '127.0.0.1' }, /KAFKA_BROKERS .*no port/],
    [{ KAFKA_BROKERS: '127.0.0.1:9092; 127.0.0.1:9093' }, /KAFKA_BROKERS .*“;”/],
  ] as [NodeJS.ProcessEnv, RegExp][]) {
    const { code, stdout, stderr } = await hibobSync({ ...env, ...settings }, 'users', 'acme')
    t.match([code, stdout, stderr], [1, '', /^config_invalid/])
    t.match(stderr, problem)
    t.notMatch(stderr, /p@ss|w#rd/)
  }
  const linked = { ...env, INGRESS_PORT: 'tcp://10.96.0.12:8080', LOG_LEVEL: 'loud' }
  const { code, stdout } = await hibobSync(linked, 'run', 'ingress')
  t.match(
    [code, stdout],
    [1, /config_invalid.*LOG_LEVEL must be.*got .*tcp:\/\/10\.96\.0\.12:8080.*Kubernetes.*enableServiceLinks/],
  )
})

await t.test('a command that needs MASTER_KEY says that it is not set', async t => {
  const { code, stderr } = await hibobSync({ ...env, MASTER_KEY: '' }, 'tenants', 'pause', 'acme')
  t.match([code, stderr], [1, /^config_invalid: MASTER_KEY is not set/])
})

await t.test('parked events of a tenant that there is not are no empty list', async t => {
  const { code, stderr } = await hibobSync(env, 'parked', 'list', 'nobody')
  t.match([code, stderr], [1, /tenant_unknown/])
  t.equal((await hibobSync(env, 'parked', 'list', 'acme')).code, 0)
})

await t.test(
  'a second tenant of the same company is added with a warning; one of a removed tenant’s without',
  async t => {
    const add = (tenant: string, companyId: string) =>
      hibobSync(
        env,
        ...['tenants', 'add', tenant, '--company-id', companyId, '--hibob-url', prepared.simulator.url],
        ...['--service-user-id', 'S', '--service-user-token-file', secretFile, '--json'],
      )
    const twin = await add('twin', prepared.company('acme').id)
    t.match([twin.code, twin.stderr], [0, /Warning: company \d+ is also that of acme/])
    t.match(JSON.parse(twin.stdout), { tenant: 'twin' })
    const heir = await add('heir', prepared.company('gone').id)
    t.match([heir.code, heir.stderr], [0, /^$/])
  },
)

await t.test('what came from outside does not act on the terminal', async t => {
  const { token, secret } = prepared.accessOf('acme')
  const type = '\u001b[31mRED\u001b[2J\n'
  const body = Buffer.from(JSON.stringify({ type, version: 'v2', data: { employeeId: '1' } }))
  t.equal((await postWebhook(urlOf(ingress, token), body, signedBy(secret, body))).status, 200)
  const { stdout } = await hibobSync(env, 'events', 'acme')
  t.notOk(stdout.includes('\u001b'))
  t.ok(stdout.includes('\\u001b[31mRED\\u001b[2J\\u000a'))
})

await t.test('topics that do for development are called so, with what production would refuse', async t => {
  const { code, stderr } = await hibobSync({ ...env, NODE_ENV: '' }, 'topics', 'check')
  t.equal(code, 0)
  t.match(stderr, /as they should be for development\nProduction .*would refuse that:\n.*fewer than 3 replicas/)
  t.match(await hibobSyncJson({ ...env, NODE_ENV: '' }, 'topics', 'check'), { problems: [] })
})

await t.test('a base of webhook URLs is made into one that works, or refused before the former URL ends', async t => {
  const rotate = (PUBLIC_URL: string) => hibobSync({ ...env, PUBLIC_URL }, 'tenants', 'rotate-url', 'acme', '--yes')
  const refused = await rotate('hooks.example.com')
  t.match([refused.code, refused.stdout], [1, ''])
  t.match(refused.stderr, /config_invalid.*PUBLIC_URL does not begin with https:\/\//s)
  const { token, secret } = prepared.accessOf('acme')
  const body = Buffer.from(JSON.stringify({ type: 'x', version: 'v2', data: { employeeId: '1' } }))
  const doubled = urlOf(ingress, token).replace('/webhooks', '//webhooks')
  t.equal((await postWebhook(doubled, body, signedBy(secret, body))).status, 200)
  for (const end of ['', '/', '//'])
    t.equal((await postWebhook(`${urlOf(ingress, token)}${end}`, body, signedBy(secret, body))).status, 200, end)
  t.match(
    (await rotate('https://hooks.example.com//')).stdout,
    /^https:\/\/hooks\.example\.com\/webhooks\/hibob\/[^/]+\n$/,
  )
  t.match((await rotate('http://hooks.example.com')).stderr, /Warning: .*PUBLIC_URL/)
})
