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
  budget.limited('a', search, 7_000)
  t.equal(budget.take('a', search, 'event'), 7_000)
  clock.now += 7_000
  t.equal(budget.take('a', search, 'event'), 0)
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
