import t from 'tap'
import { rateLimitOf, retryAfterMs, saidRetryAfterMs } from './rate-headers.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const headers = (more: Record<string, string>) => ({ 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '7', ...more })
const resetIn = (seconds: number) => headers({ 'x-ratelimit-reset': String(now / 1000 + seconds) })

t.test('the limit, what remains and the time until the reset are read', async t => {
  t.same(rateLimitOf(resetIn(42), now), { limit: 50, remaining: 7, resetInMs: 42_000 })
})

t.test('without three good numbers there is no limit to know', async t => {
  for (const reset of ['', 'soon', '-1', '1.5'])
    t.equal(rateLimitOf(headers({ 'x-ratelimit-reset': reset }), now), null, reset)
  t.equal(rateLimitOf({}, now), null)
  t.equal(rateLimitOf({ ...resetIn(1), 'x-ratelimit-limit': '0' }, now), null)
})

t.test('a clock that is wrong by an hour makes no difference', async t => {
  const answer = { ...resetIn(42), date: new Date(now).toUTCString() }
  for (const skew of [-3_600_000, 3_600_000]) t.equal(rateLimitOf(answer, now + skew)?.resetInMs, 42_000)
  t.equal(rateLimitOf(answer, now + 900)?.resetInMs, 41_100, 'a clock that is about right is the finer one')
})

t.test('a reset that has passed is now, and one far off is cut', async t => {
  t.equal(rateLimitOf(resetIn(-5), now)?.resetInMs, 0)
  t.equal(rateLimitOf(resetIn(999_999), now)?.resetInMs, 600_000)
})

t.test('Retry-After is obeyed in seconds and as a date, before anything else', async t => {
  t.equal(
    retryAfterMs({ ...resetIn(42), 'retry-after': '7' }, now, () => 0.5),
    7_000,
  )
  t.equal(saidRetryAfterMs({ 'retry-after': new Date(now + 9_000).toUTCString() }, now), 9_000)
  t.equal(saidRetryAfterMs({ 'retry-after': 'later' }, now), null)
  t.equal(saidRetryAfterMs({}, now), null)
})

t.test('without Retry-After the reset and a jitter are waited for, and else a minute', async t => {
  t.equal(
    retryAfterMs(resetIn(42), now, () => 0.5),
    42_500,
  )
  t.equal(
    retryAfterMs({}, now, () => 0),
    60_000,
  )
})
