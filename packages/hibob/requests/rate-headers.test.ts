import fc from 'fast-check'
import t from 'tap'
import { type Headers, rateLimitOf, retryAfterMs, saidRetryAfterMs } from './rate-headers.ts'

const now = Date.parse('2026-11-24T12:00:00Z')
const headers = (more: Headers) => ({ 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '7', ...more })
const resetIn = (seconds: number) => headers({ 'x-ratelimit-reset': String(now / 1000 + seconds) })
const saidIn = (text: string | string[]) => saidRetryAfterMs({ 'retry-after': text }, now)
const askedIn = (more: Headers) => retryAfterMs(more, now, () => 0)
const dateIn = (seconds: number) => new Date(now + seconds * 1000).toUTCString()

t.test('the limit, what remains and the time until the reset are read', async t => {
  t.same(rateLimitOf(resetIn(42), now), { limit: 50, remaining: 7, resetInMs: 42_000 })
})

t.test('without three good numbers there is no limit to know', async t => {
  for (const reset of ['', 'soon', '-1', '1e3'])
    t.equal(rateLimitOf(headers({ 'x-ratelimit-reset': reset }), now), null, reset)
  t.equal(rateLimitOf({}, now), null)
  t.equal(rateLimitOf({ ...resetIn(1), 'x-ratelimit-limit': '0' }, now), null)
})

t.test(
  'a reset is read in every unit: as an instant or a span, in seconds or finer, as a number or a date',
  async t => {
    const spans = (ms: number): [string, string, number][] => [
      ['Unix seconds', String(Math.ceil((now + ms) / 1000)), 1000],
      ['Unix seconds with a fraction', String((now + ms) / 1000), 2],
      ['Unix ms', String(now + ms), 0],
      ['Unix µs', `${now + ms}000`, 1],
      ['Unix ns', `${now + ms}000000`, 1],
      ['seconds to go', String(Math.ceil(ms / 1000)), 1000],
      ['seconds to go with a fraction', String(ms / 1000), 1],
      ['ms to go', String(ms), 0],
      ['an HTTP date', new Date(Math.ceil((now + ms) / 1000) * 1000).toUTCString(), 1000],
      ['an ISO date', new Date(now + ms).toISOString(), 0],
    ]
    const holds = (ms: number, skewMs: number) => {
      for (const [unit, reset, late] of spans(ms)) {
        const answer = { ...headers({ 'x-ratelimit-reset': reset }), date: new Date(now).toUTCString() }
        const found = rateLimitOf(answer, now + skewMs)?.resetInMs ?? -1
        if (found < ms || found > ms + late) t.fail(`${unit}: ${reset} came out as ${found} ms, not ${ms}`)
      }
    }
    const skews = fc.constantFrom(0, -3_600_000, 3_600_000, 86_400_000)
    fc.assert(fc.property(fc.integer({ min: 1_000, max: 120_000 }), skews, holds))
  },
)

t.test('a clock that is wrong by an hour makes no difference', async t => {
  const answer = { ...resetIn(42), date: new Date(now).toUTCString() }
  for (const skew of [-3_600_000, 3_600_000]) t.equal(rateLimitOf(answer, now + skew)?.resetInMs, 42_000)
  t.equal(rateLimitOf(answer, now + 900)?.resetInMs, 41_100, 'a clock that is about right is the finer one')
})

t.test('a reset that has passed is now, and one further off than any window is none', async t => {
  t.equal(rateLimitOf(resetIn(-5), now)?.resetInMs, 0)
  t.equal(rateLimitOf(resetIn(999_999), now), null)
})

t.test('the names of the IETF are read too', async t => {
  const answers: Headers[] = [
    { 'ratelimit-limit': '50, 50;w=60', 'ratelimit-remaining': '7', 'ratelimit-reset': '42' },
    { ratelimit: 'limit=50, remaining=7, reset=42' },
    { ratelimit: '"minute";q=50;r=7;t=42', 'ratelimit-policy': '"minute";q=100;w=60' },
  ]
  for (const answer of answers) t.same(rateLimitOf(answer, now), { limit: 50, remaining: 7, resetInMs: 42_000 })
  t.equal(askedIn({ ratelimit: '"minute";r=0;t=20' }), 20_000)
})

t.test('Retry-After counts whole seconds, rounds a begun one up, and may be any HTTP date', async t => {
  const texts: [string | string[], number | null][] = [
    ['7', 7_000],
    [' 7\t', 7_000],
    ['12.9', 13_000],
    ['1.5', 2_000],
    ['0.001', 1_000],
    ['.5', 1_000],
    ['+3', 3_000],
    ['0', 0],
    [dateIn(9), 9_000],
    ['Tuesday, 24-Nov-26 12:00:09 GMT', 9_000],
    ['Tue Nov 24 12:00:09 2026', 9_000],
    [dateIn(-9), 0],
    [['5', '9'], 9_000],
    ['5, 9', 9_000],
    [`${dateIn(9)}, 5`, 9_000],
    [`-1, 5`, 5_000],
    ['86400', 3_600_000],
  ]
  for (const [text, expected] of texts) t.equal(saidIn(text), expected, String(text))
  const unreadable = ['-1', '-0', '--3', '+-3', 'later', '', ' ', '1e3', '0x10', '5s', '∞', 'Nov', '2026-11-24', 'NaN']
  for (const text of unreadable) t.equal(saidIn(text), null, text)
  t.equal(saidRetryAfterMs({}, now), null)
})

t.test('what HiBob asks for in Retry-After comes before anything else', async t => {
  t.equal(askedIn({ ...resetIn(42), 'retry-after': '7' }), 7_000)
})

t.test('an unreadable Retry-After leaves the reset, with or without the rest, and else a minute', async t => {
  t.equal(
    retryAfterMs(resetIn(42), now, () => 0.5),
    42_500,
  )
  const reset = String(now / 1000 + 42)
  for (const unreadable of ['-1', 'later', ''])
    t.equal(askedIn({ 'x-ratelimit-reset': reset, 'retry-after': unreadable }), 42_000, unreadable)
  for (const none of [{}, { 'retry-after': '-1' }, { 'x-ratelimit-reset': 'soon' }]) t.equal(askedIn(none), 60_000)
})

t.test('a time that has passed, or is about to, names no pause', async t => {
  for (const passed of [
    resetIn(-5),
    resetIn(0),
    { 'x-ratelimit-reset': '0' },
    { 'x-ratelimit-reset': '0.3' },
    { 'retry-after': '0' },
  ])
    t.equal(askedIn(passed), 0)
})

t.test('whatever a header holds, the pause is one to live with', async () => {
  const header = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.date({ noInvalidDate: true }).map(date => date.toUTCString()),
  )
  fc.assert(
    fc.property(header, header, header, (after, reset, date) => {
      const pause = askedIn({ 'retry-after': after, 'x-ratelimit-reset': reset, date })
      return pause === 0 || (pause >= 1_000 && pause <= 3_600_000)
    }),
  )
})
