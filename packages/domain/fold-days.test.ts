// Days that come too early: by a clock that is ahead, of whoever announces them or of the log.
import fc from 'fast-check'
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import type { LogRecord, Settings } from './index.ts'
import { type Given, observed, recordOf } from './test-events.ts'
import { employed } from './test-fold.ts'
import { day, settings } from './test-settings.ts'

const hourMs = 3_600_000
const minuteMs = 60_000
const leaving: Settings = { leavers: { ends: 'termination_date' }, invites: { when: 'hire_date' } }
const leaver = observed('1', employed({ 'internal.terminationDate': '2026-11-29' }))
const midnight = Date.parse('2026-11-30T00:00:00Z')

/** Records with times of their own; whoever appended them had the right one. */
const at = (...given: [number, Given][]): LogRecord[] =>
  given.map(([time, [type, data]], offset) => ({ ...recordOf(type, data, 'acme', offset), time }))
const statusAfter = (...given: [number, Given][]) => {
  const { users, earlyDays, parked } = foldLog(at(...given))
  return { status: users[0]?.user.status, earlyDays, parked: parked.length }
}
const before = midnight - 20 * hourMs
const start: [number, Given][] = [
  [before, settings(leaving)],
  [before, leaver],
]

t.test('a day far ahead of the log deactivates nobody, and is counted', async t => {
  for (const date of ['2026-12-31', '2027-11-30', '9999-12-31', '2026-12-99'])
    t.same(statusAfter(...start, [before, day(date)]), { status: 'active', earlyDays: 1, parked: 0 })
})

t.test('the same day acts when it comes, after it was passed over', async t => {
  const early: [number, Given] = [before, day('2026-11-30')]
  t.same(statusAfter(...start, early), { status: 'active', earlyDays: 1, parked: 0 })
  t.same(statusAfter(...start, early, [midnight, day('2026-11-30')]), {
    status: 'deactivated',
    earlyDays: 1,
    parked: 0,
  })
})

t.test('a passed-over day leaves no trace: earlier days still come', async t => {
  const { states } = foldLog(at(...start, [before, day('2027-11-30')], [before, day('2026-11-28')]))
  t.match(
    states.find(({ kind }) => kind === 'tenant'),
    { days: { UTC: '2026-11-28' } },
  )
})

t.test('where days begin first they begin, five minutes before by a clock that is a little ahead', async t => {
  const begins = midnight - 14 * hourMs
  for (const [time, status] of [
    [begins - 5 * minuteMs - 1, 'active'],
    [begins - 5 * minuteMs, 'deactivated'],
    [begins, 'deactivated'],
    [midnight, 'deactivated'],
    [midnight + 400 * 24 * hourMs, 'deactivated'],
  ] as const)
    t.equal(statusAfter(...start, [time, day('2026-11-30')]).status, status, String(time - midnight))
})

t.test('before the first day of a zone nobody leaves early, though the log’s clock is ahead', async t => {
  const written = Date.parse('2026-11-03T08:15:42.120Z')
  const leavesOn = (date: string) => observed('1', employed({ 'internal.terminationDate': date }))
  const given = (days: number, date: string): [number, Given][] => [
    [written + days * 24 * hourMs, settings(leaving)],
    [written + days * 24 * hourMs, leavesOn(date)],
  ]
  t.equal(statusAfter(...given(0, '2026-11-01')).status, 'deactivated')
  t.equal(statusAfter(...given(0, '2026-11-03')).status, 'active')
  t.equal(statusAfter(...given(30, '2026-11-03')).status, 'active', 'the log is a month ahead')
  t.equal(statusAfter(...given(-30, '2026-10-20')).status, 'active', 'the log is a month behind')
})

t.test('a zone whose days have not begun goes by no later day than the tenant’s others', async t => {
  const zones: Settings = { ...leaving, person_time_zone: { from: 'work.zone' } }
  const elsewhere = (date: string) =>
    observed('1', employed({ 'internal.terminationDate': date, 'work.zone': 'Asia/Tokyo' }))
  const late = Date.parse('2026-11-03T00:00:00Z')
  const given = (date: string): [number, Given][] => [
    [late, settings(zones)],
    [late, day('2026-10-20')],
    [late, elsewhere(date)],
  ]
  t.equal(statusAfter(...given('2026-10-19')).status, 'deactivated')
  t.equal(statusAfter(...given('2026-10-20')).status, 'active')
})

t.test('a log with early days folds to what it folds to without them, however it is cut', async () => {
  const times = fc.integer({ min: -40, max: 40 }).map(hours => midnight + hours * hourMs)
  const dates = fc
    .constantFrom('2026-11-28', '2026-11-29', '2026-11-30', '2026-12-01', '2026-12-02')
    .map(date => day(date))
  const people = fc
    .tuple(fc.constantFrom('1', '2', '3'), fc.constantFrom(null, '2026-11-28', '2026-11-29', '2026-11-30'))
    .map(([id, last]) => observed(id, employed({ 'internal.terminationDate': last })) as Given)
  const log = fc.array(fc.tuple(times, fc.oneof(dates, people)), { maxLength: 20 })
  // written down once more, in days and minutes
  const isEarly = ({ time, value }: LogRecord) => {
    const { type, data } = JSON.parse(value ?? '{}')
    const comes = Date.parse(`${data.date}T00:00Z`) / minuteMs - 845
    return type === 'tenant.day.began' && time / minuteMs < comes
  }
  const what = (records: LogRecord[], batch = records.length) => {
    const { users, states, changes, parked } = foldLog(records, { batchSize: () => batch, pageSize: 2 })
    return JSON.stringify({ users, states, parked, changes: changes.map(({ id, value }) => [id, value]) })
  }
  fc.assert(
    fc.property(log, fc.integer({ min: 1, max: 5 }), (given, batch) => {
      const records = at([before, settings(leaving)], ...given)
      const timely = records.filter(record => !isEarly(record))
      const { earlyDays } = foldLog(records)
      return earlyDays === records.length - timely.length && what(records, batch) === what(timely)
    }),
    { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) },
  )
})
