import t from 'tap'
import { pairwise } from './pairwise.ts'

/** Every pair of choices of two dimensions, looked for row by row. */
function missingPairs<T>(choices: Record<string, readonly T[]>, rows: Record<string, T>[]): string[] {
  const dimensions = Object.keys(choices)
  const all = dimensions.flatMap(a => dimensions.filter(b => a < b).map(b => [a, b] as const))
  return all.flatMap(([a, b]) =>
    (choices[a] ?? []).flatMap(x =>
      (choices[b] ?? []).filter(y => !rows.some(row => row[a] === x && row[b] === y)).map(y => `${a} ${x}, ${b} ${y}`),
    ),
  )
}

const dimensions = {
  shape: ['round', 'square', 'flat'],
  colour: ['red', 'green', 'blue', 'white'],
  size: [1, 2],
  only: ['one'],
  weight: [10, 20, 30, 40, 50],
}

t.test('every pair of choices occurs, and each row has a choice of every dimension', async t => {
  const rows = pairwise<string | number>(dimensions)
  t.same(missingPairs(dimensions, rows), [])
  for (const row of rows) t.same(Object.keys(row), Object.keys(dimensions))
  t.not(missingPairs(dimensions, rows.slice(1)).length, 0, 'the search finds what is missing')
})

t.test('there are hardly more rows than the two largest dimensions have pairs', async t => {
  t.ok(pairwise<string | number>(dimensions).length <= 24, `${pairwise<string | number>(dimensions).length} rows`)
  const twenty = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`d${index}`, [1, 2, 3]]))
  const rows = pairwise(twenty)
  t.same(missingPairs(twenty, rows), [])
  t.ok(rows.length <= 30, `${rows.length} rows`)
})

t.test('the same choices give the same rows', async t => {
  t.same(pairwise<string | number>(dimensions), pairwise<string | number>(dimensions))
  t.same(pairwise({}), [])
})
