import t from 'tap'
import { inTurns } from './turns.ts'

/** Work that takes so long, whatever the machine. */
function busy(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** How often others had their turn while `work` was under way. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let over = false
  const other = () => {
    turns++
    if (!over) setImmediate(other)
  }
  setImmediate(other)
  await work()
  over = true
  return turns
}

await t.test('calls in order', async t => {
  const items = Array.from({ length: 200 }, (_, item) => item)
  const seen: number[] = []
  await inTurns(items, item => seen.push(item))
  t.same(seen, items)
})

await t.test(
  'others have their turn by time: amid few items that take long, and seldom amid many that do not',
  async t => {
    const few = await turnsDuring(() => inTurns(Array(10).fill(11), busy))
    t.ok(few >= 9, `${few} turns`)
    let calls = 0
    const began = performance.now()
    const many = await turnsDuring(() => inTurns(Array(10_000).fill(0), () => calls++))
    t.equal(calls, 10_000)
    t.ok(many <= 2 + (performance.now() - began) / 10, `${many} turns`)
  },
)

await t.test('pieces that are short one by one give turns together', async t => {
  const turns = await turnsDuring(async () => {
    for (let piece = 0; piece < 20; piece++) await inTurns(Array(3).fill(2), busy)
  })
  t.ok(turns >= 8, `${turns} turns`)
})

await t.test('ends when told to', async t => {
  const seen: number[] = []
  await inTurns([1, 2, 3], item => {
    seen.push(item)
    return item < 2
  })
  t.same(seen, [1, 2])
})
