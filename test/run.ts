// `npm test`: lint and types, then every test but those of `test/exhaustive`, on engines of this run's own. Ends with
// `N passed, N failed`: tests by their titles, lint and types as one each. Arguments narrow it: `npm test -- packages/kafka`;
// `--no-lint` leaves lint and types out; other options go to tap.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { isAlive, startEngines } from '@hibob-sync/local-engines'
import { tapReport } from './tap-report.ts'

const root = resolve(import.meta.dirname, '..')
const data = join(root, '.data')
const runName = /^test-run-(\d+)$/
/** What takes minutes: run when it is named, as `npm run test:exhaustive` does. */
const exhaustive = 'test/exhaustive/'
const args = process.argv.slice(2)
const paths = args.filter(arg => !arg.startsWith('--'))
const tapOptions = args.filter(arg => arg.startsWith('--') && arg !== '--no-lint')
const totals = { passed: 0, failed: 0, skipped: 0 }
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort())

try {
  await removeEndedRuns()
  if (!args.includes('--no-lint')) {
    await check('lint', 'biome', ['check', '.'])
    await check('types', 'tsc', ['--noEmit'])
  }
  await test()
} catch (error) {
  console.log(`not ok  ${interrupted.signal.aborted ? 'interrupted' : error instanceof Error ? error.message : error}`)
  totals.failed++
}
console.log(
  `${totals.passed} passed, ${totals.failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ''}`,
)
process.exit(totals.failed === 0 ? 0 : 1)

async function check(name: string, program: string, programArgs: string[]): Promise<void> {
  const code = await run(program, programArgs, line => console.log(line))
  console.log(`${code === 0 ? 'ok' : 'not ok'}  ${name}`)
  totals[code === 0 ? 'passed' : 'failed']++
}

async function test(): Promise<void> {
  const files = filesOf(paths)
  const dataDir = join(data, `test-run-${process.pid}`)
  console.log(`${files.length} test files; starting Kafka and MongoDB (the first time they are downloaded)`)
  try {
    const engines = await startEngines({ dataDir, cacheDir: join(data, 'engines'), testCommands: true })
    const env = {
      KAFKA_BROKERS: engines.brokers.join(','),
      MONGODB_URL: engines.mongoUrl('test'),
      // hundreds of processes load the same modules
      NODE_COMPILE_CACHE: join(data, 'compile-cache'),
    }
    await runTap(files, env).finally(() => engines.stop())
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function runTap(files: string[], env: Record<string, string>): Promise<void> {
  const report = tapReport(line => console.log(line))
  const code = await run('tap', ['run', '--reporter=tap', ...tapOptions, ...files], report.write, env)
  const { passed, failed, skipped } = report.end()
  totals.passed += passed
  totals.failed += failed
  totals.skipped += skipped
  if (passed + failed === 0) throw new Error('no test ran')
  if (code !== 0 && failed === 0) throw new Error(`tap ended with ${code}`)
}

function filesOf(chosen: string[]): string[] {
  const roots = chosen.length === 0 ? ['packages', 'services', 'test'] : chosen
  const missing = roots.filter(path => !existsSync(join(root, path)))
  if (missing.length > 0) throw new Error(`no such file or folder: ${missing.join(' ')}`)
  const isFolder = (path: string) => statSync(join(root, path)).isDirectory()
  const found = roots.flatMap(path => (isFolder(path) ? globSync(`${path}/**/*.test.ts`, { cwd: root }) : [path]))
  const isMeant = (file: string) => chosen.length > 0 || !file.startsWith(exhaustive)
  const files = [...new Set(found)].filter(file => !file.includes('node_modules') && isMeant(file)).sort()
  if (files.length === 0) throw new Error(`no test file under ${roots.join(' ')}`)
  return files
}

/** A run that was killed leaves its folder; its engines have ended with it. */
async function removeEndedRuns(): Promise<void> {
  for (const name of existsSync(data) ? readdirSync(data) : []) {
    const pid = runName.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(data, name), { recursive: true, force: true })
  }
}

async function run(
  program: string,
  programArgs: string[],
  onLine: (line: string) => void,
  env: Record<string, string> = {},
): Promise<number> {
  interrupted.signal.throwIfAborted()
  const child = spawn(process.execPath, [realpathSync(join(root, 'node_modules', '.bin', program)), ...programArgs], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = () => void child.kill('SIGTERM')
  interrupted.signal.addEventListener('abort', stop)
  createInterface({ input: child.stdout }).on('line', onLine)
  const [code] = await once(child, 'close')
  interrupted.signal.removeEventListener('abort', stop)
  interrupted.signal.throwIfAborted()
  return Number(code ?? 1)
}
