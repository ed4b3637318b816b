// `npm run test:attack`, or `npm run test:attack -- tokens idle` for some: each attack by itself, then all in turn, on a real ingress with
// engines of its own. Meanwhile 200 good webhooks a second of another tenant must all be answered 200, soon, in bounded memory.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startEngines } from '@hibob-sync/local-engines'
import type { AttackFigures, AttackOrder } from './attacker.ts'
import { type AttackName, attacks, type Target } from './attacks.ts'
import type { GoodFigures } from './good-sender.ts'
import { type IngressUnderTest, startIngressUnderTest } from './ingress-under-test.ts'
import { prepareTenants } from './tenants.ts'
import { judge, type Measured, printGood, printHead, printRow } from './verdict.ts'

const seconds = Number(process.env['ATTACK_SECONDS'] ?? 15)
const secondsInTurn = Number(process.env['ATTACK_SECONDS_IN_TURN'] ?? 10)
const settleMs = 2000
const named = process.argv.slice(2).filter(argument => !argument.startsWith('-'))
const unknown = named.filter(name => !Object.hasOwn(attacks, name))
if (unknown.length > 0) {
  console.error(`There is no attack ${unknown.join(', ')}: use ${Object.keys(attacks).join(', ')}.`)
  process.exit(1)
}
const names = (named.length > 0 ? named : Object.keys(attacks)) as AttackName[]

const dataDir = await mkdtemp(join(tmpdir(), 'hibob-sync-attack-'))
const engines = await startEngines({ dataDir, cacheDir: resolve(import.meta.dirname, '../../.data/engines') })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end().then(() => process.exit(1)))
let failed = 0
try {
  const env = {
    KAFKA_BROKERS: engines.brokers.join(','),
    MONGODB_URL: engines.mongoUrl('attack'),
    MASTER_KEY: randomBytes(32).toString('base64'),
    TOPIC_PREFIX: 'attack.',
  }
  const prepared = await prepareTenants(env)
  const sender = child('good-sender.ts')
  const attacker = child('attacker.ts')

  async function run(ingress: IngressUnderTest, name: AttackName, within: number): Promise<Measured> {
    const good: Target = { port: ingress.port, ...prepared.good }
    const order: AttackOrder = { port: ingress.port, ...prepared.attacked, name, seconds: within }
    const lookups = await prepared.lookups()
    const lines = ingress.logLines()
    ingress.rssMaxMb()
    const cpuSeconds = ingress.cpuSeconds()
    const begun = performance.now()
    sender.send(good)
    await wait(settleMs)
    const reached = await ask<AttackFigures>(attacker, order)
    await wait(settleMs)
    const figures = await ask<GoodFigures>(sender, 'end')
    const took = (performance.now() - begun) / 1000
    return {
      attack: attacks[name],
      reached,
      good: figures,
      cpuShare: (ingress.cpuSeconds() - cpuSeconds) / took,
      rssMaxMb: ingress.rssMaxMb(),
      lookupsPerSecond: ((await prepared.lookups()) - lookups) / took,
      logLinesPerSecond: (ingress.logLines() - lines) / took,
      isAlive: ingress.isAlive(),
    }
  }

  function tell(measured: Measured): void {
    const problems = judge(measured)
    if (problems.length > 0) failed++
    printRow(measured, problems)
  }

  printHead('No attack, to judge the machine by')
  const alone = await startIngressUnderTest(env)
  sender.send({ port: alone.port, ...prepared.good } satisfies Target)
  await wait(secondsInTurn * 1000)
  printGood(await ask<GoodFigures>(sender, 'end'))
  await alone.stop()
  printHead('Each attack by itself')
  for (const name of names) {
    const ingress = await startIngressUnderTest(env)
    tell(await run(ingress, name, seconds))
    await ingress.stop()
  }
  printHead('All in turn, on one ingress')
  const ingress = await startIngressUnderTest(env)
  for (const name of names) tell(await run(ingress, name, secondsInTurn))
  await ingress.stop()
  sender.disconnect()
  attacker.disconnect()
  await prepared.close()
  console.log(`\n${names.length * 2 - failed} passed, ${failed} failed`)
} finally {
  await end()
}
process.exitCode = failed === 0 ? 0 : 1

function child(file: string): ChildProcess {
  return fork(join(import.meta.dirname, file), { execArgv: ['--no-warnings'] })
}

async function ask<T>(process: ChildProcess, question: AttackOrder | 'end'): Promise<T> {
  const answer = once(process, 'message')
  process.send(question)
  return (await answer)[0] as T
}

/** The engines of this run never outlive it, nor do their data. */
async function end(): Promise<void> {
  await engines.stop()
  await rm(dataDir, { recursive: true, force: true })
}
