// Circles of managers are found, however long the way into them, and never followed for ever.
import t from 'tap'
import { managerCycles } from './index.ts'

const cyclesOf = (managers: Record<string, string>) => managerCycles(new Map(Object.entries(managers)))

t.test('a tree has no cycle', async t => {
  t.same(cyclesOf({ b: 'a', c: 'a', d: 'b', e: 'unknown' }), [])
  t.same(cyclesOf({}), [])
})

t.test('each cycle is told once, from its smallest id on up, without those who only lead into it', async t => {
  t.same(cyclesOf({ x: 'c', c: 'b', b: 'a', a: 'c', y: 'x' }), [['a', 'c', 'b']])
  t.same(cyclesOf({ d: 'e', e: 'd', b: 'a', a: 'b' }), [
    ['a', 'b'],
    ['d', 'e'],
  ])
  t.same(cyclesOf({ a: 'a', b: 'a' }), [['a']])
})

t.test('a hundred thousand people in one line are walked once', async t => {
  const line = new Map(Array.from({ length: 100_000 }, (_, n) => [`${n}`, `${n + 1}`]))
  t.same(managerCycles(line), [])
  line.set('100000', '99999')
  t.same(managerCycles(line), [['100000', '99999']])
})
