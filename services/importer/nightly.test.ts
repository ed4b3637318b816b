import t from 'tap'
import { lastNightly } from './nightly.ts'

const hour = 3_600_000
const at = (iso: string) => Date.parse(iso)
const named = (nightly: { at: string; timeZone: string }, now: string, tenant = 'acme', spreadMs = 0) =>
  new Date(lastNightly(nightly, tenant, at(now), spreadMs).named).toISOString()

t.test('a nightly import is due at its local time, also across changes of clocks', async t => {
  const utc = { at: '02:00', timeZone: 'UTC' }
  t.equal(named(utc, '2026-11-24T01:59:59Z'), '2026-11-23T02:00:00.000Z')
  t.equal(named(utc, '2026-11-24T02:00:00Z'), '2026-11-24T02:00:00.000Z')
  const berlin = { at: '02:30', timeZone: 'Europe/Berlin' }
  t.equal(named(berlin, '2026-07-01T12:00:00Z'), '2026-07-01T00:30:00.000Z')
  t.equal(named(berlin, '2026-12-01T12:00:00Z'), '2026-12-01T01:30:00.000Z')
  t.equal(named(berlin, '2026-03-29T12:00:00Z'), '2026-03-29T01:30:00.000Z', 'a time that does not exist that day')
  t.equal(named({ at: '23:45', timeZone: 'Pacific/Auckland' }, '2026-06-01T12:00:00Z'), '2026-06-01T11:45:00.000Z')
})

t.test('tenants with the same time are spread over the span, each always by the same part of it', async t => {
  const noon = at('2026-11-24T12:00:00Z')
  const delays = Array.from({ length: 200 }, (_, index) => {
    const { named, dueAt } = lastNightly({ at: '02:00', timeZone: 'UTC' }, `tenant-${index}`, noon, hour)
    return dueAt - named
  })
  t.ok(delays.every(delay => delay >= 0 && delay < hour))
  t.ok(new Set(delays.map(delay => Math.floor(delay / 600_000))).size === 6, 'in each ten minutes some')
  t.equal(
    lastNightly({ at: '02:00', timeZone: 'UTC' }, 'tenant-3', noon + 24 * hour, hour).dueAt,
    lastNightly({ at: '02:00', timeZone: 'UTC' }, 'tenant-3', noon, hour).dueAt + 24 * hour,
  )
  const early = lastNightly({ at: '02:00', timeZone: 'UTC' }, 'tenant-3', at('2026-11-24T02:00:00Z'), hour)
  t.equal(new Date(early.named).toISOString(), '2026-11-23T02:00:00.000Z', 'not before its part of the span is over')
})
