import t from 'tap'
import { afterAnswer, afterFailure, type Gate, isPersonal, openGate } from './tenant-gate.ts'

const limits = { batchMax: 100, retryBaseMs: 1000, retryMaxMs: 300_000 }
const fail = (gate: Gate, kind: 'unavailable' | 'invalid_answer' | 'rejected', named = gate.batchMax) =>
  afterFailure(gate, { kind, status: 500 }, named, 0, 0.5, limits)

t.test('What HiBob asks to wait is never cut short, and being limited is no failure', async t => {
  const limited = { kind: 'rate_limited' as const, status: 429, retryAfterMs: 60_000 }
  t.same(afterFailure(openGate(100), limited, 100, 5, 0.5, limits), { failures: 0, closedUntil: 60_505, batchMax: 100 })
  const unavailable = { kind: 'unavailable' as const, status: 503, retryAfterMs: 60_000 }
  t.equal(afterFailure(openGate(100), unavailable, 100, 0, 0.5, limits).closedUntil, 60_000)
})

t.test('A call that was never sent is no failure either', async t => {
  const heldBack = { kind: 'unavailable' as const, status: null, retryAfterMs: 250 }
  t.same(afterFailure(openGate(100), heldBack, 100, 0, 0, limits), { failures: 0, closedUntil: 250, batchMax: 100 })
})

t.test('A refused batch is halved without waiting, down to one person, who is then to blame', async t => {
  let gate = openGate(100)
  const sizes: number[] = []
  while (gate.batchMax > 1) {
    gate = fail(gate, 'rejected')
    t.equal(gate.closedUntil, 0)
    sizes.push(gate.batchMax)
  }
  t.same(sizes, [50, 25, 13, 7, 4, 2, 1])
  t.ok(isPersonal(gate, { kind: 'rejected', status: 400 }))
  t.ok(fail(gate, 'rejected').closedUntil > 0, 'after one person alone there is a wait')
})

t.test('Rubbish shrinks the batch only when it lasts, and then finds the one person within half a minute', async t => {
  let gate = fail(fail(openGate(100), 'invalid_answer'), 'invalid_answer')
  t.equal(gate.batchMax, 100)
  let waited = 3000
  while (gate.batchMax > 1) {
    gate = fail(gate, 'invalid_answer')
    waited += gate.closedUntil
  }
  t.ok(isPersonal(gate, { kind: 'invalid_answer', status: 200 }))
  t.ok(waited < 30_000, `${waited} ms`)
  t.notOk(isPersonal(openGate(100), { kind: 'invalid_answer', status: 200 }), 'not at the first failure')
})

t.test(
  'An outage is nobody’s trouble, and ever rarer calls are made; a good answer lets the batch grow again',
  async t => {
    let gate = openGate(100)
    const waits: number[] = []
    for (let failure = 0; failure < 12; failure++) {
      gate = fail(gate, 'unavailable')
      waits.push(gate.closedUntil)
    }
    t.same(waits.slice(0, 4), [750, 1500, 3000, 6000])
    t.equal(waits.at(-1), 225_000)
    t.notOk(isPersonal(gate, { kind: 'unavailable', status: null }))
    t.same(afterAnswer({ ...gate, batchMax: 25 }, limits), { failures: 0, closedUntil: 0, batchMax: 50 })
  },
)
