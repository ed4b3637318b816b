// The rows of docs/hibob-assumptions.md, and what each of them lacks: who vouches for it, if anybody, and a test of what happens if it is wrong.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const pagePath = join(root, 'docs/hibob-assumptions.md')
const columns = 4

interface Row {
  assumption: string
  source: string
  tests: string[]
}

/** One line for each fault of the page; none when it is sound. */
export function faultsOfAssumptions(page = readFileSync(pagePath, 'utf8')): string[] {
  const links = new Set([...page.matchAll(/^\[([\w-]+)\]: https:\/\/\S+$/gm)].map(([, key]) => key))
  const used = new Set([...page.matchAll(/\]\[([\w-]+)\]/g)].map(([, key]) => key as string))
  return [
    ...[...used].filter(key => !links.has(key)).map(key => `[${key}] leads nowhere`),
    ...rowsOf(page).flatMap(row => faultsOf(row).map(fault => `${row.assumption}: ${fault}`)),
  ]
}

export const countAssumptions = (page = readFileSync(pagePath, 'utf8')): number => rowsOf(page).length

function rowsOf(page: string): Row[] {
  const tables = page.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| assumption |'))
  return tables.map(line => {
    const cells = line.split('|').slice(1, -1)
    if (cells.length !== columns) throw new Error(`not a row of ${columns} cells: ${line}`)
    const [assumption, source, , test] = cells.map(cell => cell.trim()) as [string, string, string, string]
    return { assumption, source, tests: test === '' ? [] : test.split('<br>') }
  })
}

function faultsOf({ source, tests }: Row): string[] {
  const faults = tests.map(faultOfTest).filter(fault => fault !== null)
  const saysWho = /\]\[[\w-]+\]/.test(source) || source.startsWith('**nobody**')
  if (!saysWho) faults.push('says neither who vouches for it nor “nobody”')
  if (tests.length === 0) faults.push('has no test')
  return faults
}

function faultOfTest(test: string): string | null {
  const [, path, title] = /^`([\w./-]+)` › (.+)$/.exec(test) ?? []
  if (path === undefined || title === undefined) return `no test is named by “${test}”`
  if (!existsSync(join(root, path))) return `${path} is not there`
  return readFileSync(join(root, path), 'utf8').includes(`'${title}'`) ? null : `${path} has no test “${title}”`
}
