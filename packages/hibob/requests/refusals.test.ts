// A server that refuses every search, and a caller that asks as soon as it may, on a clock that the test moves.
import t, { type Test } from 'tap'
import { start } from '../test-server.ts'
import { createRateBudget } from './rate-budget.ts'

const search = { ids: ['5'], fields: ['root.firstName'] }

/** The times between calls, in s, when each is answered with 429 and these headers. */
async function gapsUnder(t: Test, headersAt: (nowMs: number) => Record<string, string>, calls = 6): Promise<number[]> {
  const clock = { now: 0 }
  const wallNow = () => Date.parse('2026-11-24T12:00:00Z') + clock.now
  const calledAt: number[] = []
  const options = { budget: createRateBudget({ now: () => clock.now, random: () => 0 }), now: () => clock.now }
  const { client } = await start(
    t,
    (_, response) => {
      calledAt.push(clock.now)
      response.writeHead(429, { date: new Date(wallNow()).toUTCString(), ...headersAt(wallNow()) }).end()
    },
    { ...options, wallNow, random: () => 0 },
  )
  while (calledAt.length < calls) {
    const answer = await client.searchPeople({ ...search, purpose: 'import' })
    if (answer.kind !== 'rate_limited') throw new Error(answer.kind)
    if ((answer.retryAfterMs ?? 0) < 1) t.fail('asked again at once')
    clock.now += answer.retryAfterMs ?? 1
  }
  return calledAt.slice(1).map((at, i) => (at - (calledAt[i] ?? 0)) / 1000)
}

t.test('the pause that Retry-After names lies between two calls, again and again', async t => {
  const rows: [string, number][] = [
    ['12.9', 13],
    ['1.5', 2],
    ['+3', 3],
    ['5', 5],
    ['-1', 60],
    ['later', 60],
  ]
  for (const [text, seconds] of rows)
    t.same(await gapsUnder(t, () => ({ 'retry-after': text })), [seconds, seconds, seconds, seconds, seconds], text)
})

t.test('where no time is named, or one that has passed, the calls grow rarer', async t => {
  t.same(await gapsUnder(t, () => ({ 'retry-after': '0' })), [1, 2, 4, 8, 16])
  t.same(await gapsUnder(t, () => ({ 'retry-after': 'Sun, 06 Nov 1994 08:49:37 GMT' })), [1, 2, 4, 8, 16])
  t.same(await gapsUnder(t, () => ({ 'x-ratelimit-reset': '0' })), [1, 2, 4, 8, 16])
})

t.test('a reset that is taken for too soon a time is not asked for again and again', async t => {
  const hourInSeconds = { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '3600' }
  t.same(await gapsUnder(t, () => hourInSeconds, 8), [3.6, 3.6, 4, 8, 16, 32, 60])
})

t.test('a reset of 20 s is waited for in every unit, and is what an unreadable Retry-After leaves', async t => {
  const units: [string, (nowMs: number) => string][] = [
    ['ms', now => String(now + 20_000)],
    ['seconds to go', () => '20'],
    ['Unix seconds', now => String(now / 1000 + 20)],
    ['ms to go', () => '20000'],
  ]
  const limits = { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '0' }
  for (const [unit, reset] of units)
    for (const others of [limits, {}, { 'retry-after': '-1' }]) {
      const gaps = await gapsUnder(t, now => ({ ...others, 'x-ratelimit-reset': reset(now) }), 4)
      t.ok(
        gaps.every(gap => gap >= 20 && gap < 23),
        `${unit}: ${gaps.join()}`,
      )
    }
})
