import t from 'tap'
import { inTurns } from './turns.ts'

await t.test('calls in order, and lets others have their turn in between', async t => {
  const seen: (number | string)[] = []
  setImmediate(() => seen.push('other'))
  await inTurns(
    Array.from({ length: 200 }, (_, item) => item),
    item => seen.push(item),
  )
  const other = seen.indexOf('other')
  t.ok(other > 0 && other < 200, 'the other came between two items')
  t.same(
    seen.filter(item => item !== 'other'),
    Array.from({ length: 200 }, (_, item) => item),
  )
})

await t.test('ends when told to', async t => {
  const seen: number[] = []
  await inTurns([1, 2, 3], item => {
    seen.push(item)
    return item < 2
  })
  t.same(seen, [1, 2])
})
