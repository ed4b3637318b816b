// What a benchmark is, and how its figures are shown.
import { availableParallelism } from 'node:os'
import type { Engines } from '@hibob-sync/local-engines'
import Table from 'cli-table3'

export interface Benchmark {
  title: string
  settings: Record<string, string | number>
  /** Prints its tables. */
  run(engines: Engines): Promise<void>
}

/** A server gives MongoDB half of its memory; this is far less, and no more of it is of use here. */
export const mongoCacheGb = 2

export const machine = `Node ${process.version}, ${availableParallelism()} cores for engines, load and what is measured; MongoDB's cache ${mongoCacheGb} GB`

export function printTable(head: string[], rows: (string | number)[][]): void {
  const colAligns = head.map((_, column) => (column === 0 ? 'left' : 'right') as 'left' | 'right')
  const table = new Table({ head, colAligns, style: { head: [], border: [], compact: true } })
  table.push(...rows.map(row => row.map(String)))
  console.log(table.toString())
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
}

/** `lowest–highest` of the rounds, so that a median can be judged. */
export const spread = (values: number[], digits = 0) =>
  `${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)}`

/** A row of a table of rounds: the median of one figure, how far the rounds lie apart, and what is wanted. */
export function figureRow<F extends object>(
  figures: readonly F[],
  label: string,
  name: keyof F,
  digits: number,
  wanted = '',
): string[] {
  const values = figures.map(figure => figure[name] as number)
  return [label, median(values).toFixed(digits), spread(values, digits), wanted]
}
