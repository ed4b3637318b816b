// What holds for the tree as a whole.
import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { codesOfTheCode, codesOfThePage, wordsOfTheCode } from './error-codes.ts'
import { countFaults, faultsOfFaultPage } from './fault-page.ts'
import { countAssumptions, faultsOfAssumptions } from './hibob-assumptions.ts'
import { referencePages } from './reference-pages.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (path: string) => readFile(join(root, path), 'utf8')
const sources = globSync('{packages,services,test}/**/*.ts', { cwd: root }).filter(
  path => !path.includes('node_modules'),
)

await t.test('the pages that are made from the code are as the code says: `npm run docs` writes them', async t => {
  for (const [path, content] of Object.entries(referencePages())) t.equal(await read(path), content, path)
})

await t.test('docs/errors.md has every code of the code, and none that is not there any more', async t => {
  const page = codesOfThePage()
  t.strictSame([...codesOfTheCode()].filter(code => !page.has(code)).sort(), [], 'on the page')
  const words = wordsOfTheCode()
  t.strictSame(
    [...page].filter(code => !words.has(code)),
    [],
    'in the code',
  )
})

await t.test('every assumption about HiBob says who vouches for it, and names tests that are there', async t => {
  t.strictSame(faultsOfAssumptions(), [])
  t.ok(countAssumptions() > 90, 'and the rows are found')
  const row = (source: string, test: string) => `| it is so | ${source} | it costs little | ${test} |`
  for (const page of [
    row('**nobody**', ''),
    row('somebody', '`test/repository/repository.test.ts` › no source file is longer than 300 lines'),
    row('[page][none]', '`test/repository/repository.test.ts` › no source file is longer than 300 lines'),
    row('**nobody**', '`test/none.ts` › a title'),
    row('**nobody**', '`test/repository/repository.test.ts` › no such title'),
  ])
    t.not(faultsOfAssumptions(page).length, 0, page)
})

await t.test('every fault names the tests that show it, and no test of faults is left out', async t => {
  t.strictSame(faultsOfFaultPage(), [])
  t.equal(countFaults(), 45)
  const page = await read('docs/faults.md')
  for (const [what, changed] of [
    ['a row without a test', page.replace(/(\| 3 \|.*\|)[^|]*\|\n/, '$1 |\n')],
    ['a title that is not there', page.replace('› killed again and again under load', '› killed never')],
    ['a fault that the runs do not draw', page.replace('› broker killed', '› broker drowned')],
    [
      'a test file that no row names',
      page.replaceAll('test/failure/leader-move.test.ts', 'test/failure/other.test.ts'),
    ],
    ['a fault of the runs that no row names', page.replaceAll('<br>`test:failure` › service paused', '')],
  ] as const) {
    t.not(changed, page, what)
    t.not(faultsOfFaultPage(changed).length, 0, what)
  }
})

await t.test('no source file is longer than 300 lines', async t => {
  for (const path of sources) t.ok((await read(path)).split('\n').length <= 301, path)
})

await t.test(
  'only packages/kafka imports kafkajs, only packages/mongo imports mongodb, domain imports nothing but typebox and jsonata, services import no services',
  async t => {
    for (const path of sources.filter(path => !path.startsWith('test/'))) {
      const imports = [...(await read(path)).matchAll(/from '([^']+)'/g)].map(match => match[1] ?? '')
      const own = path.split('/').slice(0, 2).join('/')
      if (own !== 'packages/kafka') t.notOk(imports.includes('kafkajs'), path)
      if (own !== 'packages/mongo') t.notOk(imports.includes('mongodb'), path)
      if (own === 'packages/domain' && !/(\.test|\/test-[a-z-]+)\.ts$/.test(path))
        t.ok(
          imports.every(name => name.startsWith('.') || /^(typebox(\/.+)?|jsonata)$/.test(name)),
          path,
        )
      if (path.startsWith('services/') && own !== 'services/cli')
        t.notOk(
          imports.some(name => /^@hibob-sync\/(ingress|importer|projector|cli)$/.test(name)),
          path,
        )
    }
  },
)

await t.test('README names only npm scripts that exist, and files that exist', async t => {
  const readme = await read('README.md')
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: Record<string, string> }
  for (const [, script] of readme.matchAll(/npm run ([a-z:-]+)/g)) t.ok(scripts[script ?? ''], script ?? '')
  for (const [, path] of readme.matchAll(/\]\(([^)]+)\)/g)) t.ok((await read(path ?? '')).length > 0, path ?? '')
})
