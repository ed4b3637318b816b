// Days of the calendar, `YYYY-MM-DD`.
const daily = /^(\d{4})-(\d{2})-(\d{2})$/
const leading = /^\d{4}-\d{2}-\d{2}(?=$|[T ])/

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
  const found = daily.exec(text)
  if (found === null) return false
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])]
  return month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

/** The day that a text names, with or without a time after it; null for another text, and for a day that no calendar has. */
export function dateIn(text: string): string | null {
  const date = leading.exec(text.trim())?.[0]
  return date !== undefined && isDate(date) ? date : null
}

function daysIn(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
}
