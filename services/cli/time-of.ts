// Times as operators write them: ISO 8601 in its usual form, of the calendar only. Date.parse would guess at the rest: `5`, `foo 1`.
import { AppError } from '@hibob-sync/runtime'

const written =
  /^(?<date>\d{4}-\d{2}-\d{2})(?:T(?<hour>\d{2}):(?<minute>\d{2})(?::(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?(?<zone>Z|[+-]\d{2}(?::\d{2})?)?)?$/
const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** The ends of the earth: Baker Island and Kiritimati. */
const [westMost, eastMost] = [-12 * hourMs, 14 * hourMs]

/** What --help says of times. */
export const timesHelp =
  'Times are ISO 8601: 2026-11-03, 2026-11-03T08:00, 2026-11-03T08:00:00Z or 2026-11-03T09:00:00+01:00. Without a zone they are UTC; a date alone is its midnight in UTC.'

/** In ms. `option` is named in the message. Throws AppError `time_invalid`. */
export function timeOf(option: string, text: string): number {
  const parts = written.exec(text)?.groups
  if (parts === undefined)
    throw invalid(option, text, 'is not a time: write ISO 8601, such as 2026-11-03T08:00:00Z or 2026-11-03')
  const { date = '', hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z' } = parts
  const midnight = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date))
    throw invalid(option, text, `is not a time: the calendar has no day ${date}`)
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59)
    throw invalid(option, text, 'is not a time: a day ends at 23:59:59')
  const offset = offsetOf(zone)
  if (offset === null) throw invalid(option, text, `is not a time: no place has the offset ${zone}`)
  const sinceMidnight = Number(hour) * hourMs + Number(minute) * minuteMs + Number(second) * 1000
  return midnight + sinceMidnight + Math.floor(Number(`0.${fraction}`) * 1000) - offset
}

/** For commander: refused before a command begins. */
export const timeOption = (option: string) => (text: string) => timeOf(option, text)

/** In ms; null where it is none. */
function offsetOf(zone: string): number | null {
  if (zone === 'Z') return 0
  const [hours = '0', minutes = '0'] = zone.slice(1).split(':')
  const size = Number(hours) * hourMs + Number(minutes) * minuteMs
  const offset = zone.startsWith('-') ? -size : size
  return Number(minutes) > 59 || offset < westMost || offset > eastMost ? null : offset
}

const invalid = (option: string, text: string, why: string) =>
  new AppError('time_invalid', `${option} ${JSON.stringify(text)} ${why}`, { retryable: false })
