// A row of an employee table may take effect on a later date, and HiBob need not tell when it does. The date begins at the midnight
// of the person's site, whose zone is not known here: so the person is read five times, from the date's beginning in UTC+14 to
// its beginning in UTC-12. A reading follows midnight within eight hours everywhere. People with the same date share their batches, so
// a date costs few calls.

const hourMs = 3_600_000
// local midnight of UTC+14, +8 (China), +2 (central Europe in summer), -4 (US east in summer) and -12: before 08:00 everywhere
const hoursFromUtcMidnight = [-14, -8, -2, 4, 12] as const

/** The next reading for `date` (`YYYY-MM-DD`) after `afterMs`, in ms since the epoch; null when the date has begun everywhere. */
export function nextDateReading(date: string, afterMs: number, settlingMs: number): number | null {
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight)) return null
  const readings = hoursFromUtcMidnight.map(hours => midnight + hours * hourMs + settlingMs)
  return readings.find(at => at > afterMs) ?? null
}
