import fc from 'fast-check'
import t from 'tap'
import { createRateBudget, type Purpose } from './rate-budget.ts'

const search = 'people/search'

function start(limitUnsaid = 50) {
  const clock = { now: 1_000 }
  const budget = createRateBudget({ now: () => clock.now, random: () => 0, limitUnsaid })
  const takeAll = (tenant: string, purpose: Purpose) => {
    let taken = 0
    while (budget.take(tenant, search, purpose) === 0) taken++
    return taken
  }
  return { clock, budget, takeAll }
}
const named = (namedMs: number) => ({ namedMs, isExact: true, isExplained: false })
const said = (remaining: number, resetInMs = 30_000, limit = 50) => ({ limit, remaining, resetInMs })

t.test('a tenth of the limit is left alone', async t => {
  t.equal(start().takeAll('a', 'event'), 45)
  t.equal(start(5).takeAll('a', 'event'), 5)
})

t.test('an import takes at most two fifths, and what it leaves is the events’', async t => {
  const { takeAll } = start()
  t.equal(takeAll('a', 'import'), 20)
  t.equal(takeAll('a', 'event'), 25)
})

t.test('events may take all, and an import then waits', async t => {
  const { takeAll } = start()
  t.equal(takeAll('a', 'event'), 45)
  t.equal(takeAll('a', 'import'), 0)
})

t.test('tenants and endpoints are apart', async t => {
  const { budget, takeAll } = start()
  takeAll('a', 'event')
  t.equal(budget.take('b', search, 'event'), 0)
  t.equal(budget.take('a', 'company/named-lists', 'event'), 0)
})

t.test('asking takes nothing', async t => {
  const { budget, takeAll } = start()
  for (let i = 0; i < 100; i++) t.equal(budget.waitMs('a', search, 'event'), 0)
  t.equal(takeAll('a', 'event'), 45)
})

t.test('what HiBob says holds: what remains, and when there is more', async t => {
  const { clock, budget, takeAll } = start()
  budget.take('a', search, 'event')
  budget.ended('a', search, said(8))
  t.equal(takeAll('a', 'event'), 3)
  t.equal(budget.waitMs('a', search, 'event'), 30_000)
  clock.now += 29_999
  t.equal(budget.waitMs('a', search, 'event'), 1)
  clock.now += 1
  t.equal(budget.waitMs('a', search, 'event'), 0)
})

t.test('a limit that HiBob says is taken over, higher or lower', async t => {
  for (const [limit, expected] of [
    [100, 89],
    [10, 8],
  ] as const) {
    const { budget, takeAll } = start()
    budget.take('a', search, 'event')
    budget.ended('a', search, said(limit - 1, 30_000, limit))
    t.equal(takeAll('a', 'event'), expected, String(limit))
  }
})

t.test('an answer that was overtaken gives nothing back', async t => {
  const { budget, takeAll } = start()
  budget.take('a', search, 'event')
  budget.ended('a', search, said(49))
  for (let i = 0; i < 3; i++) budget.take('a', search, 'event')
  for (const remaining of [46, 48, 47]) budget.ended('a', search, said(remaining))
  t.equal(takeAll('a', 'event'), 41)
})

t.test('calls under way are counted in the window that begins', async t => {
  const { clock, budget, takeAll } = start()
  for (let i = 0; i < 4; i++) budget.take('a', search, 'event')
  budget.ended('a', search, said(46))
  clock.now += 30_000
  t.equal(takeAll('a', 'event'), 42, 'three may still arrive')
})

t.test('a call without an answer is spent, and not for ever', async t => {
  const { clock, budget, takeAll } = start()
  budget.take('a', search, 'event')
  budget.ended('a', search, null)
  t.equal(takeAll('a', 'event'), 44)
  for (let i = 0; i < 44; i++) budget.ended('a', search, null)
  clock.now += 60_000
  t.equal(takeAll('a', 'event'), 45)
})

t.test('after 429 nothing goes out until the time is over', async t => {
  const { clock, budget } = start()
  t.equal(budget.limited('a', search, named(7_000)), 7_000)
  t.equal(budget.take('a', search, 'event'), 7_000)
  clock.now += 7_000
  t.equal(budget.take('a', search, 'event'), 0)
})

t.test('a 429 that names no time is never answered at once, and each further one less soon', async t => {
  const { clock, budget } = start()
  const pauses = Array.from({ length: 9 }, () => {
    t.equal(budget.take('a', search, 'import'), 0)
    budget.ended('a', search, null, false)
    const pause = budget.limited('a', search, named(0))
    clock.now += pause
    return pause / 1000
  })
  t.same(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60])
})

/** What a server answers that never names a limit: `refuses` says to which calls it says 429, and `namedMs` with which pause. */
function callUntil(endMs: number, refuses: (call: number) => boolean, namedMs: () => number, stepMs = 100) {
  const { clock, budget } = start()
  const calls: { at: number; pauseMs: number }[] = []
  while (clock.now < endMs) {
    clock.now += stepMs
    if (budget.take('a', search, 'import') > 0) continue
    const isRefused = refuses(calls.length)
    budget.ended('a', search, null, !isRefused)
    calls.push({ at: clock.now, pauseMs: isRefused ? budget.limited('a', search, named(namedMs())) : 0 })
  }
  return calls
}
const gapsOf = (calls: { at: number }[]) => calls.slice(1).map(({ at }, i) => at - (calls[i]?.at ?? 0))

t.test('a named pause is kept as it is, refusal after refusal', async t => {
  const gaps = gapsOf(
    callUntil(
      200_000,
      () => true,
      () => 5_000,
    ),
  )
  t.ok(gaps.length > 30)
  t.ok(
    gaps.every(gap => gap === 5_000),
    gaps.join(),
  )
})

t.test('whatever is refused, no two calls come closer than the pause that was named between them', async () => {
  const pauses = fc.array(fc.constantFrom(0, 0, 1_000, 2_000, 5_000, 13_000, 60_000), { minLength: 5, maxLength: 60 })
  fc.assert(
    fc.property(pauses, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (named, refused) => {
      let answer = 0
      const calls = callUntil(
        600_000,
        call => refused[call % refused.length] ?? true,
        () => named[answer++ % named.length] ?? 0,
      )
      return calls.every(
        ({ at, pauseMs }, i) => (calls[i + 1]?.at ?? Number.POSITIVE_INFINITY) - at >= Math.max(pauseMs, 0),
      )
    }),
  )
})

t.test('after refusals that no header explains the calls are spread out, and come together slowly', async t => {
  const calls = callUntil(
    3_600_000,
    call => call < 6,
    () => 1_000,
  )
  const gaps = gapsOf(calls).slice(6)
  t.ok((gaps[0] ?? 0) > 45_000, `${gaps[0]} ms after the sixth refusal`)
  for (const [i, gap] of gaps.slice(0, 12).entries()) t.ok(gap >= (gaps[i + 1] ?? 0), gaps.slice(0, 13).join())
  t.ok(calls.length > 1_000, `${calls.length} calls within the hour: the full rate comes back`)
})

t.test('HiBob’s own headers lift the pace, and explain a refusal', async t => {
  const { clock, budget, takeAll } = start()
  budget.take('a', search, 'event')
  budget.ended('a', search, null, false)
  clock.now += budget.limited('a', search, named(0))
  t.equal(takeAll('a', 'event'), 1, 'the next one has to wait')
  clock.now += 60_000
  budget.take('a', search, 'event')
  budget.ended('a', search, said(40))
  t.ok(takeAll('a', 'event') > 30)
  budget.ended('a', search, said(0), false)
  budget.limited('a', search, { namedMs: 30_000, isExact: false, isExplained: true })
  clock.now += 30_000
  t.ok(takeAll('a', 'event') > 1)
})

t.test('waits are spread by a jitter', async t => {
  const budget = createRateBudget({ now: () => 0, random: () => 0.5, limitUnsaid: 1 })
  budget.take('a', search, 'event')
  t.equal(budget.take('a', search, 'event'), 60_500)
})

t.test('over any minute no more calls go out than HiBob allows', async t => {
  const { clock, budget } = start()
  const sent: number[] = []
  for (let step = 0; step < 5_000; step++) {
    clock.now += 37
    if (budget.take('a', search, step % 3 === 0 ? 'import' : 'event') > 0) continue
    sent.push(clock.now)
    const window = Math.floor(clock.now / 60_000)
    const used = sent.filter(time => Math.floor(time / 60_000) === window).length
    budget.ended('a', search, {
      limit: 50,
      remaining: Math.max(0, 50 - used),
      resetInMs: (window + 1) * 60_000 - clock.now,
    })
    if (used > 50) t.fail(`call ${used} of a window`)
  }
  t.ok(sent.length > 100)
})
