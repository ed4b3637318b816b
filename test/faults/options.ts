// What `npm run test:failure` is told.
import { parseArgs } from 'node:util'
import type { Scenario } from './fault.ts'

export interface FaultRunOptions {
  scenarios: Scenario[]
  seed: number
  from: number
  rounds: number
  /** Rounds follow each other for so long; null: `rounds` of them. */
  minutes: number | null
  json: boolean
  patience: number
}

export const help = `Rounds of faults, drawn by a seed, on three Kafka brokers and a MongoDB replica set of three.

  npm run test:failure -- [options]

  --scenario ingress|pipeline|all   from senders to the log, from HiBob to the read models, or both in turn (all)
  --seed N                          draws the faults; printed with each round (a new one each time)
  --rounds N                        how many rounds of each scenario (3)
  --from N                          the first round's number (0); a round depends on scenario, seed and number alone
  --minutes N                       rounds follow each other for so long instead
  --json                            standard output is one JSON document; what happens goes to standard error

  FAULTS_PATIENCE=N                 multiplies every time limit, on a machine that is busy with other things (1)

  npm run test:failure -- --scenario ingress --seed 1 --rounds 100
  npm run test:failure -- --seed 1 --from 57 --rounds 1            # that round again
  npm run test:failure -- --scenario pipeline --minutes 60         # a soak

Each round that ran on a commit, with nothing changed since, appends a line to docs/faults/rounds.jsonl. Ends with \`N passed, N failed\`.
docs/faults.md lists the faults.`

const seedsBelow = 1_000_000

/** null when help is asked for. Throws for what it does not understand. */
export function readOptions(args: string[]): FaultRunOptions | null {
  const { values } = parseArgs({
    args,
    options: {
      scenario: { type: 'string', default: 'all' },
      seed: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      from: { type: 'string', default: '0' },
      minutes: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return null
  const { FAULTS_PATIENCE: patience = '1' } = process.env
  return {
    scenarios: scenariosOf(values.scenario),
    seed: values.seed === undefined ? Math.floor(Math.random() * seedsBelow) : wholeNumber('--seed', values.seed, 0),
    from: wholeNumber('--from', values.from, 0),
    rounds: wholeNumber('--rounds', values.rounds, 1),
    minutes: values.minutes === undefined ? null : wholeNumber('--minutes', values.minutes, 1),
    json: values.json,
    patience: wholeNumber('FAULTS_PATIENCE', patience, 1),
  }
}

function scenariosOf(named: string): Scenario[] {
  if (named === 'all') return ['ingress', 'pipeline']
  if (named === 'ingress' || named === 'pipeline') return [named]
  throw new Error(`--scenario must be ingress, pipeline or all (got ${named})`)
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value
  throw new Error(`${name} must be an integer of at least ${least} (got ${text})`)
}
