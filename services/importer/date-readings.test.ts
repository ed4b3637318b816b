import fc from 'fast-check'
import t from 'tap'
import { dateReadings } from './date-readings.ts'

const hour = 3_600_000
const settlingMs = 25_000

t.test('The first reading for a date follows its beginning in the earliest time zone', async t => {
  const [first] = dateReadings('2026-12-01', Date.parse('2026-11-24T09:00:00Z'), settlingMs)
  t.same(first, { begins: '2026-11-30T10:00:00.000Z', at: Date.parse('2026-11-30T10:00:00Z') + settlingMs })
})

t.test('A date that has begun everywhere, or is none, asks for no reading', async t => {
  t.same(dateReadings('2026-12-01', Date.parse('2026-12-01T12:01:00Z'), settlingMs), [])
  t.same(dateReadings('soon', 0, settlingMs), [])
  t.same(dateReadings('2026-13-45', 0, settlingMs), [])
})

t.test('A date that has begun in some zones asks for the readings that are still to come', async t => {
  const left = dateReadings('2026-12-01', Date.parse('2026-12-01T00:00:00Z'), settlingMs)
  t.same(
    left.map(({ begins }) => begins),
    ['2026-12-01T04:00:00.000Z', '2026-12-01T12:00:00.000Z'],
  )
})

t.test('In every zone a reading follows midnight within eight hours', async t => {
  const midnight = Date.parse('2026-12-01T00:00:00Z')
  const readings = dateReadings('2026-12-01', 0, settlingMs)
  const holds = () =>
    fc.assert(
      fc.property(fc.double({ min: -12, max: 14, noNaN: true }), zone => {
        const local = midnight - zone * hour
        const after = readings.find(({ at }) => at >= local + settlingMs)
        return after !== undefined && after.at - settlingMs - local <= 8 * hour
      }),
    )
  t.doesNotThrow(holds)
})
