import t from 'tap'
import { daysToAnnounce, localDay, missedDaysMax } from './due-days.ts'

const at = (time: string) => Date.parse(time)

t.test('a day begins at midnight in its own zone, also where clocks are changed', async t => {
  t.equal(localDay('UTC', 'UTC', at('2026-03-28T23:30:00Z')), '2026-03-28')
  t.equal(localDay('Europe/Berlin', 'UTC', at('2026-03-28T23:30:00Z')), '2026-03-29')
  t.equal(localDay('America/New_York', 'UTC', at('2026-03-29T03:59:00Z')), '2026-03-28')
  t.equal(localDay('Pacific/Kiritimati', 'UTC', at('2026-03-28T10:00:00Z')), '2026-03-29')
  t.equal(localDay('America/Santiago', 'UTC', at('2026-09-06T04:00:00Z')), '2026-09-06', 'a day without a midnight')
})

t.test('whoever lives by a zone that is none lives by the tenant’s days', async t => {
  t.equal(localDay('London', 'Pacific/Kiritimati', at('2026-03-28T10:00:00Z')), '2026-03-29')
  t.equal(localDay('London', 'nowhere either', at('2026-03-28T10:00:00Z')), '2026-03-28')
})

t.test('days that were missed come in order, and a zone begins with today', async t => {
  t.same(daysToAnnounce(null, '2026-03-01'), ['2026-03-01'])
  t.same(daysToAnnounce('2026-02-27', '2026-03-02'), ['2026-02-28', '2026-03-01', '2026-03-02'])
  t.same(daysToAnnounce('2026-03-02', '2026-03-02'), [])
})

t.test('no day is announced before the last one, whatever the clock says', async t => {
  t.same(daysToAnnounce('2026-03-02', '2026-03-01'), [])
  t.same(daysToAnnounce('2026-03-02', '2020-01-01'), [])
})

t.test('a silence of years is made good by the days of the last one', async t => {
  const days = daysToAnnounce('2001-01-01', '2026-03-02')
  t.equal(days.length, missedDaysMax)
  t.equal(days.at(-1), '2026-03-02')
  t.same(days, days.toSorted())
})
