import fc from 'fast-check'
import t from 'tap'
import { httpDate, isoDate } from './http-date.ts'

const instant = Date.UTC(2026, 10, 6, 8, 49, 37)

t.test('the three forms of an HTTP date are read, and nothing else', async t => {
  for (const text of ['Fri, 06 Nov 2026 08:49:37 GMT', 'Friday, 06-Nov-26 08:49:37 GMT', 'Fri Nov  6 08:49:37 2026'])
    t.equal(httpDate(text), instant, text)
  const others = [
    '-1',
    '0',
    '1.5',
    '2026',
    'Nov 6',
    'Fri, 06 Nov 2026',
    '2026-11-06T08:49:37Z',
    'Fri, 6 Nov 2026 08:49:37 GMT',
  ]
  const impossible = [
    'Fri, 31 Nov 2026 08:49:37 GMT',
    'Fri, 06 Nov 2026 25:00:00 GMT',
    'Fri, 06 Nov 2026 08:49:37 +0100',
  ]
  for (const text of [...others, ...impossible]) t.equal(httpDate(text), null, text)
})

t.test('any second of this century survives the way through a header', async () => {
  const seconds = fc.integer({ min: Date.UTC(2000, 0, 1) / 1000, max: Date.UTC(2099, 11, 31) / 1000 })
  fc.assert(fc.property(seconds, at => httpDate(new Date(at * 1000).toUTCString()) === at * 1000))
})

t.test('an ISO date needs a time, and is UTC without a zone', async t => {
  for (const text of [
    '2026-11-06T08:49:37Z',
    '2026-11-06T09:49:37+01:00',
    '2026-11-06 08:49:37',
    '2026-11-06T08:49:37.000',
  ])
    t.equal(isoDate(text), instant, text)
  for (const text of ['2026-11-06', '-1', '20', '2026-13-06T08:49:37Z']) t.equal(isoDate(text), null, text)
})
