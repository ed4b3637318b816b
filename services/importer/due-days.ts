// Which days are to be announced in a time zone (protocol P10). Pure; instants are ms since the epoch, days `YYYY-MM-DD`.
import { DateTime, IANAZone } from 'luxon'

/** After a longer silence the days begin anew so many days ago. */
export const missedDaysMax = 400

export const isZone = (name: string) => IANAZone.isValidZone(name)

/** Of a text that names no zone the days are those of `otherwise`: whoever lives by it is not forgotten. */
export function localDay(zone: string, otherwise: string, now: number): string {
  const named = [zone, otherwise].find(isZone) ?? 'UTC'
  return DateTime.fromMillis(now, { zone: named }).toFormat('yyyy-MM-dd')
}

/** In order: those after the last one announced, up to today. A zone begins with today; a clock that goes back announces nothing. */
export function daysToAnnounce(last: string | null, today: string): string[] {
  if (last === null) return [today]
  const end = DateTime.fromISO(today, { zone: 'utc' })
  const missed = Math.floor(end.diff(DateTime.fromISO(last, { zone: 'utc' }), 'days').days)
  const count = Math.max(0, Math.min(missed, missedDaysMax))
  return Array.from({ length: count }, (_, index) => end.minus({ days: count - 1 - index }).toFormat('yyyy-MM-dd'))
}
