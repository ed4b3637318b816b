// A row of an employee table may take effect on a later date, and HiBob need not tell when it does. The date begins at the midnight
// of the person's site, whose zone is not known here: so the person is read five times, from the date's beginning in UTC+14 to
// its beginning in UTC-12. A reading follows midnight within eight hours everywhere. People with the same date share their batches, so
// a date costs few calls.

const hourMs = 3_600_000
// local midnight of UTC+14, +8 (China), +2 (central Europe in summer), -4 (US east in summer) and -12: before 08:00 everywhere
const hoursFromUtcMidnight = [-14, -8, -2, 4, 12] as const

export interface DateReading {
  /** The instant at which the date begins in one of the zones, ISO 8601. */
  begins: string
  /** When to read, ms since the epoch. */
  at: number
}

/** The readings for `date` (`YYYY-MM-DD`) that lie after `afterMs`; none when the date has begun everywhere. */
export function dateReadings(date: string, afterMs: number, settlingMs: number): DateReading[] {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight)) return []
  const beginnings = hoursFromUtcMidnight.map(hours => midnight + hours * hourMs)
  const readings = beginnings.map(begins => ({ begins: new Date(begins).toISOString(), at: begins + settlingMs }))
  return readings.filter(({ at }) => at > afterMs)
}
