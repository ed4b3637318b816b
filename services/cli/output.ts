// What commands print: tables for people, JSON for programs. With --json standard output is JSON alone.
import { createInterface } from 'node:readline/promises'
import { AppError } from '@hibob-sync/runtime'
import Table from 'cli-table3'
import { writeOut } from './closed-output.ts'
import { Interrupted } from './interruption.ts'
import { wantsColours } from './terminal.ts'
import { visible, visibleJson, visibleLines } from './visible.ts'

export interface OutputOptions {
  json?: boolean
}

export type Confirmable = OutputOptions & { yes?: boolean }

export function printJson(value: unknown): void {
  process.stdout.write(`${visibleJson(value)}\n`)
}

/** A word to the person at the terminal: on standard error, so that it never mixes with what is asked for. */
export function say(text: string): void {
  process.stderr.write(`${visibleLines(text)}\n`)
}

export function printTable(head: string[], rows: (string | number | null | undefined)[][], empty: string): void {
  if (rows.length === 0) return say(empty)
  const plain = wantsColours(process.stdout) ? {} : { style: { head: [], border: [] } }
  const table = new Table({ head, ...plain, chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' } })
  for (const row of rows)
    table.push(row.map(cell => (cell === null || cell === undefined ? '–' : visible(String(cell)))))
  process.stdout.write(`${table.toString()}\n`)
}

/** JSON on one line; resolves when the reader can take more, so that a long listing is never held in memory. */
export async function printJsonLine(value: unknown): Promise<void> {
  await printJsonText(JSON.stringify(value))
}

/** The same of what is JSON on one line already. */
export async function printJsonText(json: string): Promise<void> {
  await writeOut(`${visible(json)}\n`)
}

/** The end of a command's --help. */
export const examples = (...lines: string[]) => `\nExamples:\n${lines.map(line => `  ${line}`).join('\n')}`

/** A JSON array, printed as its items arrive. */
export async function printJsonArray(items: AsyncIterable<unknown>): Promise<void> {
  // nothing is printed when not even the first can be had
  let separator = '[\n'
  for await (const item of items) {
    await writeOut(`${separator}${visibleJson(item)}`)
    separator = ',\n'
  }
  process.stdout.write(separator === '[\n' ? '[]\n' : '\n]\n')
}

/**
 * Asks on a terminal; elsewhere only --yes confirms. `undone` is said when nobody agrees. Throws AppError `not_confirmed`, or Interrupted
 * after Ctrl-C.
 */
export async function confirm(question: string, yes: boolean | undefined, undone = 'nothing was done'): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY)
    throw new AppError('not_confirmed', `${question} ${sentence(undone)}: pass --yes to confirm`, { retryable: false })
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const { promise: left, resolve, reject } = Promise.withResolvers<string>()
  // without a listener Ctrl-C would close it, as Ctrl-D does
  terminal.once('SIGINT', () => reject(new Interrupted(`interrupted, ${undone}`)))
  terminal.once('close', () => resolve(''))
  try {
    const answer = await Promise.race([terminal.question(`${visibleLines(question)} [y/N] `), left])
    if (!/^y(es)?$/i.test(answer.trim())) throw new AppError('not_confirmed', sentence(undone), { retryable: false })
  } catch (error) {
    // what follows begins on a line of its own
    if (error instanceof Interrupted) say('')
    throw error
  } finally {
    terminal.close()
  }
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)
