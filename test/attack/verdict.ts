// What is wanted of a run, and how it is shown.
import type { AttackFigures } from './attacker.ts'
import type { Attack } from './attacks.ts'
import type { GoodFigures } from './good-sender.ts'

export interface Measured {
  attack: Attack
  reached: AttackFigures
  good: GoodFigures
  /** Of one core. */
  cpuShare: number
  rssMaxMb: number
  lookupsPerSecond: number
  logLinesPerSecond: number
  isAlive: boolean
}

const attackPerSecondMin = 1000
const goodPerSecondMin = 195
const p99MsMax = 250
const rssMbMax = 350
const lookupsPerSecondMax = 60
const logLinesPerSecondMax = 10

/** Everything that is not as wanted. A run whose attack or good sender was too slow shows nothing, and fails. */
export function judge(measured: Measured): string[] {
  const { attack, reached, good, rssMaxMb, lookupsPerSecond, logLinesPerSecond, isAlive } = measured
  const wanted: [boolean, string][] = [
    [isAlive, 'the ingress ended'],
    [
      attack.counts === 'sockets' ? reached.sockets >= attack.slots : requestsPerSecond(measured) >= attackPerSecondMin,
      attack.counts === 'sockets'
        ? `fewer than ${attack.slots} sockets`
        : `an attack of less than ${attackPerSecondMin}/s`,
    ],
    [good.perSecond >= goodPerSecondMin, `only ${good.perSecond.toFixed(0)} good webhooks a second were sent`],
    [good.taken === good.sent, `not answered 200: ${JSON.stringify(good.others)}`],
    [good.p99Ms < p99MsMax, `p99 is not under ${p99MsMax} ms`],
    [rssMaxMb < rssMbMax, `memory is not under ${rssMbMax} MB`],
    [lookupsPerSecond < lookupsPerSecondMax, `${lookupsPerSecondMax} look-ups/s or more`],
    [logLinesPerSecond < logLinesPerSecondMax, `${logLinesPerSecondMax} log lines/s or more`],
  ]
  return wanted.flatMap(([holds, problem]) => (holds ? [] : [problem]))
}

const requestsPerSecond = ({ reached }: Measured) => reached.requests / reached.seconds

export function printHead(title: string): void {
  console.log(`\n${title}`)
}

export function printRow(measured: Measured, problems: readonly string[]): void {
  const { attack, reached, good, cpuShare, rssMaxMb, lookupsPerSecond, logLinesPerSecond } = measured
  const answers = Object.entries(reached.answers).map(([what, count]) => `${what}: ${count}`)
  console.log(`${problems.length === 0 ? 'ok' : 'not ok'} - ${attack.title}`)
  console.log(
    `  attack: ${requestsPerSecond(measured).toFixed(0)} requests/s, ${reached.sockets} sockets opened, answers ${answers.join(', ') || 'none'}`,
  )
  printGood(good)
  console.log(
    `  ingress: RSS ${rssMaxMb.toFixed(0)} MB, ${(cpuShare * 100).toFixed(0)} % of a core, ${lookupsPerSecond.toFixed(1)} look-ups/s, ${logLinesPerSecond.toFixed(1)} log lines/s`,
  )
  for (const problem of problems) console.log(`  ${problem}`)
}

export function printGood({ sent, perSecond, taken, p50Ms, p99Ms, maxMs }: GoodFigures): void {
  const ms = (value: number) => value.toFixed(value < 10 ? 1 : 0)
  console.log(
    `  good: ${sent} sent (${perSecond.toFixed(0)}/s), ${taken} answered 200, p50 ${ms(p50Ms)} ms, p99 ${ms(p99Ms)} ms, max ${ms(maxMs)} ms`,
  )
}
