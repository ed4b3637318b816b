import fc from 'fast-check'
import t from 'tap'
import type { HibobFailure, HibobFailureKind } from '../failure.ts'
import { askPatiently } from './ask-patiently.ts'
import { backoffMs, retryOf } from './retry-policy.ts'

const limits = { retryBaseMs: 1000, retryMaxMs: 300_000 }
const failing = (kind: HibobFailureKind, more: Partial<HibobFailure> = {}): HibobFailure => ({
  kind,
  status: 500,
  detail: 'x',
  ...more,
})

t.test('the wait doubles with each failure, up to its limit, and is spread by chance', async () => {
  const failures = fc.integer({ min: 1, max: 1000 })
  fc.assert(
    fc.property(failures, fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
      const wait = backoffMs(failures, random, limits.retryBaseMs, limits.retryMaxMs)
      const ceiling = Math.min(limits.retryMaxMs, limits.retryBaseMs * 2 ** Math.min(failures - 1, 30))
      return wait >= ceiling / 2 && wait <= ceiling
    }),
  )
})

t.test('what HiBob asks to wait is never cut short, whatever failed', async () => {
  const kind = fc.constantFrom<HibobFailureKind>('rate_limited', 'unavailable', 'invalid_answer', 'rejected')
  const times = [
    fc.nat({ max: 20 }),
    fc.double({ min: 0, max: 0.99, noNaN: true }),
    fc.nat({ max: 3_600_000 }),
  ] as const
  fc.assert(
    fc.property(kind, ...times, (kind, failures, random, retryAfterMs) => {
      return retryOf(failing(kind, { retryAfterMs }), failures, random, limits).waitMs >= retryAfterMs
    }),
  )
})

t.test('a limit, and a call that was never sent, are no failures; refusals do not pass by themselves', async t => {
  const heldBack = { status: null, retryAfterMs: 250 }
  t.same(retryOf(failing('rate_limited', { retryAfterMs: 5_000 }), 2, 0, limits), {
    failures: 2,
    waitMs: 5_000,
    mayPass: true,
  })
  t.same(retryOf(failing('unavailable', heldBack), 0, 0, limits), { failures: 0, waitMs: 250, mayPass: true })
  for (const kind of ['unauthorized', 'forbidden', 'rejected'] as const)
    t.match(retryOf(failing(kind), 0, 0, limits), { failures: 1, mayPass: false })
})

/** Asks something that fails so often as there are failures, and notes the waits. */
async function asked(
  failures: HibobFailure[],
  patience: { failuresMax?: number; waitMsMax?: number; signal?: AbortSignal } = {},
) {
  const waits: number[] = []
  const answers = [...failures, { kind: 'ok' as const }]
  const answer = await askPatiently(async () => answers.shift() as HibobFailure | { kind: 'ok' }, {
    limits,
    failuresMax: 4,
    random: () => 0,
    wait: async ms => waits.push(ms),
    ...patience,
  })
  return { kind: answer.kind, waits }
}

t.test('it is asked until there is an answer, a refusal, or too many failures; limits count as none', async t => {
  const down = failing('unavailable')
  const limited = failing('rate_limited', { status: 429, retryAfterMs: 9_000 })
  t.same(await asked([down, down, limited, limited]), { kind: 'ok', waits: [500, 1000, 9_000, 9_000] })
  t.same(await asked(Array(20).fill(limited)), { kind: 'ok', waits: Array(20).fill(9_000) })
  t.same(await asked([down, down, down, down]), { kind: 'unavailable', waits: [500, 1000, 2000] })
  t.same(await asked([failing('forbidden')]), { kind: 'forbidden', waits: [] })
  t.same(await asked(Array(9).fill(limited), { waitMsMax: 20_000 }), { kind: 'rate_limited', waits: [9_000, 9_000] })
  await t.rejects(asked([down], { signal: AbortSignal.abort(new Error('broken off')) }), { message: 'broken off' })
})
