// The rows of docs/faults.md, held to the tests in both directions: what a row names is there, and nothing that makes faults is left out.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { faults } from '../faults/faults.ts'

const root = resolve(import.meta.dirname, '../..')
const pagePath = join(root, 'docs/faults.md')
const columns = 4
const seededRun = 'test:failure'

interface Row {
  number: string
  fault: string
  tests: { path: string; title: string }[]
}

/** One line for each fault of the page; none when it is sound. */
export function faultsOfFaultPage(page = readFileSync(pagePath, 'utf8')): string[] {
  const rows = rowsOf(page)
  const named = new Set(rows.flatMap(({ tests }) => tests.map(({ path, title }) => keyOf(path, title))))
  const files = globSync('test/failure/*.test.ts', { cwd: root })
  return [
    ...rows.filter(({ number }, index) => number !== String(index + 1)).map(({ number }) => `${number}: out of order`),
    ...rows.flatMap(({ number, tests }) => (tests.length === 0 ? [`${number}: has no test`] : [])),
    ...rows.flatMap(({ number, tests }) =>
      tests.flatMap(test => faultOfTest(test).map(fault => `${number}: ${fault}`)),
    ),
    ...files.filter(file => !page.includes(`\`${file}\``)).map(file => `no row names ${file}`),
    ...faults.filter(({ name }) => !named.has(keyOf(seededRun, name))).map(({ name }) => `no row names “${name}”`),
  ]
}

export const countFaults = (page = readFileSync(pagePath, 'utf8')): number => rowsOf(page).length

const keyOf = (path: string, title: string) => `${path} › ${title}`

function rowsOf(page: string): Row[] {
  return page
    .split('\n')
    .filter(line => /^\| \d+ \|/.test(line))
    .map(line => {
      const cells = line.split('|').slice(1, -1)
      if (cells.length !== columns) throw new Error(`not a row of ${columns} cells: ${line}`)
      const [number = '', fault = '', , tests = ''] = cells.map(cell => cell.trim())
      return { number, fault, tests: tests === '' ? [] : tests.split('<br>').map(testOf) }
    })
}

function testOf(text: string): { path: string; title: string } {
  const [, path = '', title = ''] = /^`([\w./:-]+)` › (.+)$/.exec(text) ?? []
  return { path, title: title === '' ? text : title }
}

function faultOfTest({ path, title }: { path: string; title: string }): string[] {
  if (path === '') return [`no test is named by “${title}”`]
  if (path === seededRun)
    return faults.some(({ name }) => name === title) ? [] : [`the seeded runs have no fault “${title}”`]
  if (!existsSync(join(root, path))) return [`${path} is not there`]
  return readFileSync(join(root, path), 'utf8').includes(`'${title}'`) ? [] : [`${path} has no test “${title}”`]
}
