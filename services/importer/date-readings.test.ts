import fc from 'fast-check'
import t from 'tap'
import { nextDateReading } from './date-readings.ts'

const hour = 3_600_000
const settlingMs = 25_000

t.test('The first reading for a date follows its beginning in the earliest time zone', async t => {
  const at = nextDateReading('2026-12-01', Date.parse('2026-11-24T09:00:00Z'), settlingMs)
  t.equal(at, Date.parse('2026-11-30T10:00:00Z') + settlingMs)
})

t.test('A date that has begun everywhere, or is none, asks for no reading', async t => {
  t.equal(nextDateReading('2026-12-01', Date.parse('2026-12-01T12:01:00Z'), settlingMs), null)
  t.equal(nextDateReading('soon', 0, settlingMs), null)
  t.equal(nextDateReading('2026-13-45', 0, settlingMs), null)
})

t.test(
  'In every zone a reading follows midnight within eight hours, and the readings of a date come to an end',
  async t => {
    const midnight = Date.parse('2026-12-01T00:00:00Z')
    const holds = () =>
      fc.assert(
        fc.property(fc.double({ min: -12, max: 14, noNaN: true }), zone => {
          const local = midnight - zone * hour
          const readings: number[] = []
          for (let at = nextDateReading('2026-12-01', 0, settlingMs); at !== null; ) {
            readings.push(at)
            at = nextDateReading('2026-12-01', at, settlingMs)
          }
          const after = readings.find(reading => reading >= local + settlingMs)
          return readings.length === 5 && after !== undefined && after - settlingMs - local <= 8 * hour
        }),
      )
    t.doesNotThrow(holds)
  },
)
