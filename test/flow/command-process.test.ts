// A service started by the command ends when it is told to, and never outlives what it was started through.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { resolve } from 'node:path'
import { freePorts } from '@hibob-sync/local-engines'
import t from 'tap'
import { hibobSync } from '../support/command.ts'
import { preparePipeline } from '../support/pipeline.ts'

const prepared = await preparePipeline({ tenants: {} })
t.teardown(() => prepared.close())
const root = resolve(import.meta.dirname, '../..')

interface Started {
  child: ChildProcess
  /** Everything printed; resolves when nobody holds the output any more, so when every process behind it has ended. */
  output: Promise<string>
}

async function started(command: string, args: string[]): Promise<Started> {
  const env = { ...process.env, ...prepared.env, LOG_LEVEL: 'info' }
  const child = spawn(command, args, { env, cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  const ready = Promise.withResolvers<void>()
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.includes('"started"')) ready.resolve()
  })
  const output = once(child.stdout, 'close').then(() => text)
  await ready.promise
  return { child, output }
}

await t.test('run logs JSON lines alone, and SIGTERM ends it with status 0', async t => {
  const { child, output } = await started(process.execPath, ['services/cli/bin/hibob-sync.js', 'run', 'ingress'])
  child.kill('SIGTERM')
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
  const lines = (await output).trim().split('\n')
  t.match(
    lines.map(line => JSON.parse(line).msg),
    ['started', 'stopped'],
  )
})

await t.test('a service whose log is not read any more goes on, and ends with status 0 when it is told to', async t => {
  const [adminPort] = await freePorts(1)
  const child = spawn(process.execPath, ['services/cli/bin/hibob-sync.js', 'run', 'ingress'], {
    env: { ...process.env, ...prepared.env, LOG_LEVEL: 'info', ADMIN_PORT: String(adminPort) },
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  child.stderr.destroy()
  await once(child.stdout, 'data')
  child.stdout.destroy()
  t.equal((await fetch(`http://127.0.0.1:${adminPort}/health/live`)).status, 200)
  child.kill('SIGTERM')
  t.equal((await once(child, 'exit'))[0], 0)
})

await t.test('ending npx ends the service behind it, though the shell between them passes no signal on', async t => {
  const { child, output } = await started('npx', ['hibob-sync', 'run', 'projector'])
  child.kill('SIGTERM')
  t.match(await output, /"stopped"/)
})

await t.test(
  'a command that is started in a process of its own gets its flags, and its output and status come through',
  async t => {
    const told = `data:text/javascript,process.on('exit',()=>console.error(...process.execArgv))`
    const child = spawn(process.execPath, ['services/cli/bin/hibob-sync.js', 'replay', 'nowhere', '--yes'], {
      env: { ...process.env, ...prepared.env, NODE_OPTIONS: `--import=${told}` },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk))
    const [code] = await once(child, 'close')
    t.equal(code, 1)
    t.match(errors, /tenant_unknown/)
    t.match(errors, /--max-semi-space-size/)
  },
)

await t.test('a launcher that is killed takes the service with it', async t => {
  const launcher = `require('node:child_process').spawn(${JSON.stringify(process.execPath)},
    ['services/cli/main.ts', 'run', 'importer'], { stdio: 'inherit', env: { ...process.env, HIBOB_SYNC_LAUNCHED: '1' } })`
  const { child, output } = await started(process.execPath, ['-e', launcher])
  child.kill('SIGKILL')
  t.match(await output, /"stopped"/)
})

await t.test('what cannot be done ends with status 1 and says what to do', async t => {
  const unknown = await hibobSync(prepared.env, 'run', 'nothing')
  t.match([unknown.code, unknown.stdout, unknown.stderr], [1, '', /service_unknown.*ingress, importer, projector/s])
  const settings = await hibobSync({ ...prepared.env, INGRESS_PORT: 'x' }, 'run', 'ingress')
  t.equal(settings.code, 1)
  t.match(settings.stdout, /config_invalid.*INGRESS_PORT/)
  const command = await hibobSync(prepared.env, 'frobnicate')
  t.match([command.code, command.stderr], [1, /unknown command 'frobnicate'/])
})

await t.test('a service whose port is in use names the port and its setting', async t => {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  for (const [service, setting] of [
    ['ingress', 'INGRESS_PORT'],
    ['ingress', 'ADMIN_PORT'],
    ['importer', 'ADMIN_PORT'],
  ] as const) {
    const { code, stdout } = await hibobSync({ ...prepared.env, [setting]: String(port) }, 'run', service)
    t.match([code, stdout], [1, new RegExp(`port_busy.*port ${port} .*${setting}`)], `${service} ${setting}`)
  }
})

await t.test('every command has help with examples', async t => {
  const commands = [
    ['run'],
    ...['add', 'list', 'show', 'set', 'rotate-url', 'add-secret', 'remove-secret', 'pause', 'resume', 'remove'].map(
      verb => ['tenants', verb],
    ),
    ...['list', 'show', 'retry', 'discard'].map(verb => ['parked', verb]),
    ...['list', 'remove'].map(verb => ['snapshots', verb]),
    ['hibob', 'check'],
    ...['apply', 'check'].map(verb => ['topics', verb]),
    ...['users', 'teams', 'managers', 'events', 'resend', 'replay', 'status'].map(verb => [verb]),
  ]
  for (const words of commands) {
    const { code, stdout } = await hibobSync(prepared.env, ...words, '--help')
    t.match([code, stdout], [0, new RegExp(`Examples:\\n.*hibob-sync ${words.join(' ')}`, 's')], words.join(' '))
  }
})
