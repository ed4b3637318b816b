// Commands on a real terminal, and with readers that go away: colours, Ctrl-C, Ctrl-D, closed outputs.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { hibobSync, hibobSyncJson } from '../support/command.ts'
import { preparePipeline, runImporter, runProjector } from '../support/pipeline.ts'
import { ctrlC, ctrlD, onTerminal } from '../support/terminal.ts'

const prepared = await preparePipeline({ tenants: { acme: 5 } })
const [projector, importer] = await Promise.all([runProjector(prepared), runImporter(prepared)])
const files = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(async () => {
  await importer.stop()
  await projector.stop()
  await prepared.close()
  await rm(files, { recursive: true, force: true })
})
const launcher = resolve(import.meta.dirname, '../../services/cli/bin/hibob-sync.js')
const main = resolve(import.meta.dirname, '../../services/cli/main.ts')
const env = { ...prepared.env, NO_COLOR: '', FORCE_COLOR: '', TERM: 'xterm-256color' }
const colours = new RegExp(`${String.fromCharCode(27)}\\[[\\d;]*m`)

const command = (more: NodeJS.ProcessEnv, ...args: string[]) =>
  onTerminal({ ...env, ...more }, process.execPath, main, ...args)

/** Runs in a shell; `STATUS` names the file that holds the command's exit status. */
async function inShell(script: string): Promise<{ status: string; out: string }> {
  const [status, out] = [join(files, 'status'), join(files, 'out')]
  await rm(out, { force: true })
  const more = { NODE: process.execPath, LAUNCHER: launcher, STATUS: status, OUT: out }
  const child = spawn('sh', ['-c', script], { env: { ...process.env, ...env, ...more }, stdio: 'ignore' })
  await once(child, 'close')
  return { status: (await readFile(status, 'utf8')).trim(), out: await readFile(out, 'utf8').catch(() => '') }
}

await t.test('an import whose standard error is closed after a line completes, and its result is printed', async t => {
  const run = '{ "$NODE" "$LAUNCHER" import acme --wait 2>&1 >"$OUT"; echo $? >"$STATUS"; } | head -1'
  const { status, out } = await inShell(run)
  t.equal(status, '0')
  t.match(out, /ended as .*completed/)
})

await t.test(
  'an act whose standard output is closed is carried out all the same, and says so by its status',
  async t => {
    const closed = await inShell('{ "$NODE" "$LAUNCHER" tenants pause acme; echo $? >"$STATUS"; } | true')
    t.equal(closed.status, '0')
    t.match(await hibobSyncJson(env, 'tenants', 'show', 'acme'), { state: 'paused' })
    await hibobSyncJson(env, 'tenants', 'resume', 'acme')
    const failed = await inShell('{ "$NODE" "$LAUNCHER" tenants pause nobody 2>&1; echo $? >"$STATUS"; } | true')
    t.equal(failed.status, '1')
  },
)

await t.test('a listing ends with its reader; where it cannot be written at all, its status is 1', async t => {
  const closed = await inShell('{ "$NODE" "$LAUNCHER" events acme --json; echo $? >"$STATUS"; } | head -1')
  t.equal(closed.status, '0')
  if (!existsSync('/dev/full')) return
  const full = await inShell('"$NODE" "$LAUNCHER" events acme --json >/dev/full 2>"$OUT"; echo $? >"$STATUS"')
  t.match([full.status, full.out], ['1', /^output_failed: /])
})

await t.test('tables have colours on a terminal, and none under NO_COLOR or on a dumb one', async t => {
  const coloured = await command({}, 'users', 'acme').ended
  t.equal(coloured.code, 0)
  t.match(coloured.screen, colours)
  for (const plain of [{ NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '1' }, { TERM: 'dumb' }]) {
    const { code, screen } = await command(plain, 'users', 'acme').ended
    t.match([code, screen], [0, /active/])
    t.notMatch(screen, colours, JSON.stringify(plain))
  }
  t.notMatch((await hibobSync(env, 'users', 'acme')).stdout, colours)
})

await t.test('Ctrl-C at a question does nothing and ends with 130; Ctrl-D does nothing and ends with 1', async t => {
  const rotate = (...before: string[]) => onTerminal(env, process.execPath, ...before, 'tenants', 'rotate-url', 'acme')
  for (const [started, keys, status, said] of [
    [rotate(main), ctrlC, 130, /interrupted, nothing was done/],
    [rotate(launcher), ctrlC, 130, /interrupted, nothing was done/],
    [rotate(main), ctrlD, 1, /not_confirmed: Nothing was done/],
    [rotate(main), 'n\r', 1, /not_confirmed: Nothing was done/],
  ] as const) {
    await started.shown(/\[y\/N\]/)
    started.type(keys)
    const { code, screen } = await started.ended
    t.match([code, screen], [status, said])
  }
  const acts = await prepared.mongo.db.collection('audit').distinct('act', { tenantId: 'acme' })
  t.notOk(acts.includes('tenant.rotate-url'))
})

await t.test('Ctrl-C at the question of a replay, which runs in a process of its own, switches nothing', async t => {
  const users = prepared.mongo.db.collection('users')
  await users.updateOne({ tenantId: 'acme' }, { $set: { 'user.job_title': 'changed by hand' } })
  const replay = onTerminal(env, process.execPath, launcher, 'replay', 'acme')
  await replay.shown(/\[y\/N\]/)
  replay.type(ctrlC)
  const { code, screen } = await replay.ended
  t.match([code, screen], [130, /interrupted, nothing was done/])
  t.equal(await users.countDocuments({ tenantId: 'acme', 'user.job_title': 'changed by hand' }), 1)
})

await t.test('Ctrl-C while an import is waited for leaves it alone, says how to end it, and ends with 130', async t => {
  await importer.stop()
  for (const before of [main, launcher]) {
    const waiting = onTerminal(env, process.execPath, before, 'import', 'acme', '--wait')
    await waiting.shown(/requested/)
    waiting.type(ctrlC)
    const { code, screen } = await waiting.ended
    t.match([code, screen], [130, /the import continues; `hibob-sync import cancel acme` ends it/])
  }
})
