// Dates as HTTP headers write them: the three forms of RFC 9110, and ISO 8601 where a header of no standard may hold it.
// `Date.parse` takes nearly anything for a date ("-1" is a year), so that the form is checked first.
const day = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const longDay = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'
const month = '(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)'
const time = '(\\d{2}):(\\d{2}):(\\d{2})'
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

// Sun, 06 Nov 1994 08:49:37 GMT · Sunday, 06-Nov-94 08:49:37 GMT · Sun Nov  6 08:49:37 1994
const fixdate = new RegExp(`^${day}, (\\d{2}) ${month} (\\d{4}) ${time} GMT$`)
const rfc850 = new RegExp(`^${longDay}, (\\d{2})-${month}-(\\d{2}) ${time} GMT$`)
const asctime = new RegExp(`^${day} ${month} ([ \\d]\\d) ${time} (\\d{4})$`)
const iso = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/

/** Unix time in ms, or null for what is not one of HTTP's three forms or not a day of the calendar. */
export function httpDate(text: string): number | null {
  const fixed = fixdate.exec(text) ?? rfc850.exec(text)
  if (fixed !== null) return instantOf(fixed[3], fixed[2], fixed[1], fixed.slice(4))
  const plain = asctime.exec(text)
  return plain === null ? null : instantOf(plain[6], plain[1], plain[2], plain.slice(3, 6))
}

/** Unix time in ms; without a zone the time counts as UTC. Null for what is not an ISO 8601 date with a time. */
export function isoDate(text: string): number | null {
  const found = iso.exec(text)
  if (found === null) return null
  const instant = Date.parse(found[3] === undefined ? `${text}Z` : text)
  return Number.isNaN(instant) ? null : instant
}

function instantOf(yearText = '', monthName = '', dayText = '', clock: string[]): number | null {
  const [hours = 99, minutes = 99, seconds = 99] = clock.map(Number)
  // two digits of a year: this century, since nothing that we read is older
  const year = Number(yearText) + (yearText.length === 2 ? 2000 : 0)
  const dayOfMonth = Number(dayText)
  if (hours > 23 || minutes > 59 || seconds > 60) return null
  const instant = Date.UTC(year, months.indexOf(monthName), dayOfMonth, hours, minutes, seconds)
  return new Date(Date.UTC(year, months.indexOf(monthName), dayOfMonth)).getUTCDate() === dayOfMonth ? instant : null
}
