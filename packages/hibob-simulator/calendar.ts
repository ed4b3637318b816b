// Days as `YYYY-MM-DD` text, which sorts as time does.
const dayMs = 86_400_000

export const dayOf = (unixMs: number) => new Date(unixMs).toISOString().slice(0, 10)
export const addDays = (day: string, days: number) => dayOf(Date.parse(`${day}T00:00:00Z`) + days * dayMs)

/** HiBob's time stamps: microseconds, and no zone. */
export const hibobTime = (unixMs: number, micros: number) =>
  new Date(unixMs).toISOString().slice(0, -1) + String(micros % 1000).padStart(3, '0')

/** The form that a person reads: not ISO, as in HiBob's human-readable copies. */
export function localeDate(day: string): string {
  const [year, month, date] = day.slice(0, 10).split('-')
  return `${date}/${month}/${year}`
}
