// `npm run test:mutants`: writes each mutant into a copy of the tree, and fails unless a test notices. Names narrow it to mutants that contain them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startEngines } from '@hibob-sync/local-engines'
import { copyTree } from './copy-tree.ts'
import { type Mutant, mutants } from './mutants.ts'

const root = resolve(import.meta.dirname, '../..')
const testWithinMs = 240_000
const chosen = process.argv.slice(2)
const wanted = mutants.filter(({ name }) => chosen.every(word => name.includes(word)))
const dir = await mkdtemp(join(tmpdir(), 'hibob-sync-mutants-'))
const copy = join(dir, 'tree')
const engines = await startEngines({
  dataDir: join(dir, 'engines'),
  cacheDir: join(root, '.data/engines'),
  testCommands: true,
})
let passed = 0
let failed = 0
try {
  await copyTree(root, copy)
  for (const file of new Set(wanted.flatMap(({ tests }) => tests))) {
    if (await passes(file)) continue
    console.log(`not ok  ${file} fails without any mutant: it shows nothing`)
    failed++
  }
  for (const mutant of failed > 0 ? [] : wanted) {
    const outcome = await run(mutant)
    console.log(`${outcome === null ? 'ok' : 'not ok'}  ${mutant.name}${outcome === null ? '' : `: ${outcome}`}`)
    if (outcome === null) passed++
    else failed++
  }
} finally {
  await engines.stop()
  await rm(dir, { recursive: true, force: true })
}
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 && passed > 0 ? 0 : 1)

/** null when a test has noticed. */
async function run({ file, from, to, tests }: Mutant): Promise<string | null> {
  const path = join(copy, file)
  const code = await readFile(path, 'utf8')
  const places = code.split(from).length - 1
  if (places !== 1) return `${file} holds “${from}” ${places} times, not once: the mutant is out of date`
  await writeFile(
    path,
    code.replace(from, () => to),
  )
  try {
    for (const test of tests) if (!(await passes(test))) return null
    return `none of ${tests.join(', ')} has noticed`
  } finally {
    await writeFile(path, code)
  }
}

async function passes(test: string): Promise<boolean> {
  const named = { KAFKA_BROKERS: engines.brokers.join(','), MONGODB_URL: engines.mongoUrl('test') }
  const env = { ...process.env, ...named, TAP_TIMEOUT: String(testWithinMs / 1000) }
  const child = spawn(process.execPath, [test], { cwd: copy, env, stdio: 'ignore' })
  const timer = setTimeout(() => child.kill('SIGKILL'), testWithinMs + 10_000)
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  return code === 0
}
