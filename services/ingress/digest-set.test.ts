import { hash } from 'node:crypto'
import t from 'tap'
import { digestOf, digestSet } from './digest-set.ts'

const digest = (of: number) => digestOf(hash('sha256', `${of}`, 'base64url'))

t.test('it has what was added and nothing else, up to its measure, and nothing once it is cleared', async t => {
  const max = 20_000
  const set = digestSet(max)
  for (let i = 0; i < max; i++) set.add(digest(i))
  set.add(digest(7))
  t.equal(set.size(), max)
  t.ok(Array.from({ length: max }, (_, i) => set.has(digest(i))).every(Boolean))
  t.notOk(Array.from({ length: max }, (_, i) => set.has(digest(max + i))).some(Boolean))
  set.clear()
  t.equal(set.size(), 0)
  t.notOk(Array.from({ length: max }, (_, i) => set.has(digest(i))).some(Boolean))
})

t.test('digests that differ in one bit of the first 120 are two', async t => {
  const set = digestSet(100)
  set.add(digestOf('A'.repeat(43)))
  for (let at = 0; at < 20; at++) t.notOk(set.has(digestOf(`${'A'.repeat(at)}B${'A'.repeat(42 - at)}`)), `at ${at}`)
  t.ok(set.has(digestOf('A'.repeat(43))))
})
