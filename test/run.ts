// `npm test`: lint and types, then every test on engines of this run's own. Ends with `N passed, N failed`: tests by their titles, lint as one.
// File arguments narrow it: `npm test -- packages/kafka`. `--no-lint` leaves lint and types out.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { startEngines } from '@hibob-sync/local-engines'

const root = resolve(import.meta.dirname, '..')
const args = process.argv.slice(2)
const lint = !args.includes('--no-lint')
const chosen = args.filter(arg => !arg.startsWith('--'))
const dataDir = join(root, '.data', `test-run-${process.pid}`)
const skipped = /node_modules/

const tally = { passed: 0, failed: 0 }
if (lint) await check('lint', ['biome', 'check', '.'])
if (lint) await check('types', ['tsc', '--noEmit'])
await test()
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exit(tally.failed === 0 && tally.passed > 0 ? 0 : 1)

async function check(name: string, [program, ...rest]: string[]): Promise<void> {
  const code = await run(program as string, rest, line => console.log(line))
  console.log(`${code === 0 ? 'ok' : 'not ok'}  ${name}`)
  tally[code === 0 ? 'passed' : 'failed']++
}

async function test(): Promise<void> {
  const files = await filesOf(chosen)
  if (files.length === 0) return void console.log(`no test file under ${chosen.join(' ')}`)
  console.log(`starting Kafka and MongoDB for ${files.length} test files`)
  const engines = await startEngines({ dataDir, cacheDir: join(root, '.data', 'engines'), testCommands: true })
  try {
    const env = { KAFKA_BROKERS: engines.brokers.join(','), MONGODB_URL: engines.mongoUrl('test') }
    const titles = titleCounter()
    const code = await run('tap', ['run', '--reporter=tap', '--no-show-full-coverage', ...files], titles.line, env)
    tally.passed += titles.passed()
    tally.failed += titles.failed()
    // a file that could not run at all has no failing title
    if (code !== 0 && titles.failed() === 0) tally.failed++
  } finally {
    await engines.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function filesOf(paths: string[]): Promise<string[]> {
  const roots = paths.length === 0 ? ['packages', 'services', 'test'] : paths
  const found: string[] = []
  for (const path of roots) {
    const isFolder = (await stat(join(root, path))).isDirectory()
    found.push(...(isFolder ? globSync(`${path}/**/*.test.ts`, { cwd: root }) : [path]))
  }
  return found.filter(file => !skipped.test(file)).sort()
}

/** Counts the tests of each file by their titles (TAP's first level of subtests), and prints a line a file and every failure. */
function titleCounter() {
  let passed = 0
  let failed = 0
  let file = ''
  return {
    passed: () => passed,
    failed: () => failed,
    line(line: string) {
      const title = /^ {4}(not ok|ok) \d+ - (.*?)(?: # time=.*)?(?: \{)?$/.exec(line)
      if (title !== null) {
        if (title[1] === 'ok') passed++
        else failed++
        if (title[1] !== 'ok') console.log(`not ok  ${file}  ${title[2]}`)
        return
      }
      const begun = /^# Subtest: (.*\.ts)$/.exec(line)
      if (begun !== null) file = begun[1] ?? ''
      const ended = /^(not ok|ok) \d+ - (\S+\.ts)(.*)$/.exec(line)
      if (ended !== null) console.log(`${ended[1]}  ${ended[2]}${ended[3]?.replace(' {', '')}`)
      else if (/^\s+(not ok|---|\.\.\.|diff:|at:|stack:|message:|found:|wanted:|[-+] )|Error|error/.test(line)) console.log(line)
    },
  }
}

async function run(program: string, rest: string[], onLine: (line: string) => void, env: NodeJS.ProcessEnv = {}): Promise<number> {
  const child = spawn(process.execPath, [await binOf(program), ...rest], { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  createInterface({ input: child.stdout }).on('line', onLine)
  const [code] = await once(child, 'close')
  return Number(code ?? 1)
}

async function binOf(program: string): Promise<string> {
  const { realpath } = await import('node:fs/promises')
  return realpath(join(root, 'node_modules', '.bin', program))
}
