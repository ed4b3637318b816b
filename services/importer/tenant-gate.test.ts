import fc from 'fast-check'
import t from 'tap'
import { afterAnswer, afterFailure, backoffMs, type Gate, openGate } from './tenant-gate.ts'

const limits = { batchMax: 100, retryBaseMs: 1000, retryMaxMs: 300_000 }
const fail = (gate: Gate, kind: 'unavailable' | 'invalid_answer' | 'rejected', named = gate.batchMax) =>
  afterFailure(gate, { kind }, named, 0, 0.5, limits)

t.test('A failed tenant is asked again later and later, but at least every five minutes', async t => {
  const holds = () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const wait = backoffMs(failures, random, limits.retryBaseMs, limits.retryMaxMs)
        const ceiling = Math.min(limits.retryMaxMs, limits.retryBaseMs * 2 ** Math.min(failures - 1, 30))
        return wait >= ceiling / 2 && wait <= ceiling
      }),
    )
  t.doesNotThrow(holds)
})

t.test('What HiBob asks to wait is never cut short, and being limited is no failure', async t => {
  const gate = afterFailure(openGate(100), { kind: 'rate_limited', retryAfterMs: 60_000 }, 100, 5, 0.5, limits)
  t.same(gate, { failures: 0, closedUntil: 60_505, batchMax: 100 })
  const unavailable = afterFailure(openGate(100), { kind: 'unavailable', retryAfterMs: 60_000 }, 100, 0, 0.5, limits)
  t.equal(unavailable.closedUntil, 60_000)
})

t.test('A refused batch is halved without waiting, down to one person', async t => {
  let gate = openGate(100)
  const sizes: number[] = []
  while (gate.batchMax > 1) {
    gate = fail(gate, 'rejected')
    t.equal(gate.closedUntil, 0)
    sizes.push(gate.batchMax)
  }
  t.same(sizes, [50, 25, 13, 7, 4, 2, 1])
  t.ok(fail(gate, 'rejected').closedUntil > 0, 'one person alone who is refused is waited for')
})

t.test('Rubbish and outages shrink the batch only when they last, and a good answer lets it grow', async t => {
  const twice = fail(fail(openGate(100), 'invalid_answer'), 'unavailable')
  t.equal(twice.batchMax, 100)
  const thrice = fail(twice, 'invalid_answer')
  t.equal(thrice.batchMax, 50)
  t.same(afterAnswer(fail(thrice, 'unavailable'), limits), { failures: 0, closedUntil: 0, batchMax: 50 })
})
