// `npm run test:failure`: rounds of faults that a seed draws, on three brokers and three MongoDB members with a proxy before each.

import { hash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom } from '@hibob-sync/hibob-simulator'
import { type Cluster, startCluster } from './cluster.ts'
import type { Scenario } from './fault.ts'
import { faults } from './faults.ts'
import { ingressRound } from './ingress-round.ts'
import { type FaultRunOptions, help, readOptions } from './options.ts'
import { pipelineRound } from './pipeline-round.ts'
import type { RoundResult } from './round.ts'
import { commitThatRuns, type RoundLine, recordRound } from './rounds-file.ts'
import { canMount } from './small-disk.ts'

const options = optionsOrEnd()
const { scenarios, seed, from, rounds, minutes, json, patience } = options
const say = (line: string) => (json ? console.error(line) : console.log(line))
const commit = commitThatRuns()
const notRun = canMount ? [] : faults.filter(({ needsRoot }) => needsRoot).map(({ name }) => name)
const counts = commit !== null && notRun.length === 0
const lines: (Omit<RoundLine, 'commit'> & { commit: string | null })[] = []
let interrupted = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (interrupted) process.exit(1)
    interrupted = true
  })

if (notRun.length > 0) say(`not run without root: ${notRun.join(', ')}; these rounds do not count`)
if (commit === null) say('the tree has changes of its own: these rounds do not count')
const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-faults-'))
let cluster: Cluster | null = null
try {
  cluster = await startCluster(dataDir)
  process.env['KAFKA_BROKERS'] = cluster.kafka.brokers.join(',')
  process.env['MONGODB_URL'] = cluster.mongo.urlFor('faults')
  const until = performance.now() + (minutes ?? 0) * 60_000
  const isLast = (round: number) => (minutes === null ? round >= from + rounds : performance.now() >= until)
  for (let round = from; !isLast(round) && !interrupted; round++)
    for (const scenario of scenarios) if (!interrupted) await runRound(cluster, scenario, round)
} finally {
  await cluster?.stop()
  await rm(dataDir, { recursive: true, force: true })
}
const failed = lines.filter(({ outcome }) => outcome !== 'passed')
const passed = lines.length - failed.length
if (json) console.log(JSON.stringify({ passed, failed: failed.length, counts, notRun, rounds: lines }))
else {
  for (const { scenario, round, outcome } of failed)
    console.log(`not ok  --scenario ${scenario} --seed ${seed} --from ${round} --rounds 1: ${outcome}`)
  console.log(`${passed} passed, ${failed.length} failed`)
}
process.exit(failed.length === 0 && passed > 0 ? 0 : 1)

function optionsOrEnd(): FaultRunOptions {
  try {
    const given = readOptions(process.argv.slice(2))
    if (given !== null) return given
    console.log(help)
    process.exit(0)
  } catch (error) {
    console.error(`${(error as Error).message}; --help shows what there is`)
    process.exit(1)
  }
}

async function runRound(on: Cluster, scenario: Scenario, round: number): Promise<void> {
  const began = performance.now()
  const name = `${scenario} ${round} (seed ${seed})`
  say(name)
  const randomOf = (what: string) =>
    createRandom(Number.parseInt(hash('sha256', `${seed}/${scenario}/${round}/${what}`).slice(0, 8), 16) | 0)
  const [random, traffic] = [randomOf('faults'), randomOf('traffic')]
  const run = scenario === 'ingress' ? ingressRound : pipelineRound
  const result = await run(on, { name, seed, random, traffic, patience, say: line => say(`  ${line}`) }).catch(
    (error: Error): RoundResult => ({ actions: [], failures: [error.stack ?? String(error)], summary: '' }),
  )
  const { actions, failures, summary } = result
  for (const failure of failures) say(`  not ok  ${failure}`)
  say(`  ${failures.length === 0 ? 'ok' : 'not ok'}  ${((performance.now() - began) / 1000).toFixed(1)} s; ${summary}`)
  const outcome = failures.length === 0 ? 'passed' : failures.join('; ')
  const line = { scenario, round, seed, commit, actions, outcome }
  lines.push(line)
  if (counts && commit !== null) recordRound({ ...line, commit })
}
