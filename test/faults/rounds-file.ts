// docs/faults/rounds.jsonl: one line for each round that counts, with its seed and the commit it ran on.
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Scenario } from './fault.ts'

export interface RoundLine {
  scenario: Scenario
  round: number
  seed: number
  commit: string
  actions: string[]
  /** `passed`, or what did not hold. */
  outcome: string
}

const root = resolve(import.meta.dirname, '../..')
const file = 'docs/faults/rounds.jsonl'

const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()

/** The commit that runs; null when the tree has changes of its own, which nobody could run again. */
export function commitThatRuns(): string | null {
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no', '--', '.', `:(exclude)${file}`)
    return changed === '' ? git('rev-parse', 'HEAD').slice(0, 12) : null
  } catch {
    return null
  }
}

export function recordRound(line: RoundLine): void {
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  appendFileSync(path, `${JSON.stringify(line)}\n`)
}
