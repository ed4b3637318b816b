// A day is announced by an importer's clock, and the log knows better: one that comes before it has begun anywhere on earth is passed over
// by the fold, and announced again when it comes. The rule knows no time zones, whose data differ from release to release; a day that has
// begun in some zone is taken as announced, for the zone that it names.
import type { EventData, EventType, HibobEvent, LogRecord } from './events.ts'

/** Where a day begins first, in UTC+14. */
const aheadOfUtcMaxMs = 14 * 3_600_000
/** Clocks that differ by less are in step. */
const toleranceMs = 5 * 60_000

export function isEarlyDay({ time }: Pick<LogRecord, 'time'>, { date }: EventData<'tenant.day.began'>): boolean {
  const firstBegins = Date.parse(`${date}T00:00:00Z`) - aheadOfUtcMaxMs
  // a date that is none never begins
  return !(time >= firstBegins - toleranceMs)
}

export const isEarlyDayEvent = (record: LogRecord, event: HibobEvent<EventType>): boolean =>
  event.type === 'tenant.day.began' && isEarlyDay(record, event.data)
