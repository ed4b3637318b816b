// What becomes of a person under the tenant's settings: status, what is due next, what is flagged. Decided from facts alone;
// dates are compared as texts, since all are `YYYY-MM-DD`.
import type { Flag, Standing, UserDocument, UserStatus } from './documents.ts'
import { lifecycleWord, statusOf } from './lifecycle.ts'
import type { Settings } from './settings/settings.ts'

/** Of most users. */
export const noStanding: Standing = {
  hidden: false,
  deleted: false,
  revokedAt: null,
  zone: null,
  nextDate: null,
  flags: [],
  invite: null,
  held: null,
  rejected: null,
  errors: null,
  absent: [],
  last: null,
}

/** null when nothing is said: of two ways to say so, documents know one. */
export function orNone(standing: Standing): Standing | null {
  const isNothing = Object.values(standing).every(
    value => value === null || value === false || (Array.isArray(value) && value.length === 0),
  )
  return isNothing ? null : standing
}

/** Never published, since HiBob has shown no lifecycle status that is known. */
export const waitsForStatus = ({ standing }: Pick<UserDocument, 'standing'>): boolean =>
  standing?.flags.includes('status_not_shown') ?? false

export interface PersonFacts {
  /** What HiBob shows or showed last; null: it never showed one. */
  lifecycleStatus: string | null
  hireDate: string | null
  terminationDate: string | null
  lastDayOfWork: string | null
  /** When HiBob was found not to have the person any more, `YYYY-MM-DD`. */
  unseenSince: string | null
  revoked: boolean
  isIncluded: boolean
}

export interface Fate {
  status: UserStatus
  /** The next date on which this may read otherwise though nothing new is known. */
  nextDate: string | null
  flags: Flag[]
}

/** `today`: the date in the person's zone; null while no day has begun there. */
export function fateOf(person: PersonFacts, settings: Settings, today: string | null): Fate {
  const { leavers = {}, scope } = settings
  const flags: Flag[] = []
  const dates: string[] = []
  let status = statusOf(person.lifecycleStatus ?? '') ?? 'active'
  const last = lastDayOf(person, settings)
  if (last !== null && status !== 'pending') {
    const gone = addDays(last, (leavers.grace_days ?? 0) + 1)
    status = hasCome(gone, today) ? 'deactivated' : 'active'
    dates.push(gone)
  }
  if (isGardenLeave(person) && leavers.garden_leave === 'deactivate') status = 'deactivated'
  if (isLongLeave(person) && leavers.long_leave === 'deactivate') status = 'deactivated'
  if (person.revoked && (leavers.revoked_access ?? 'deactivate') === 'deactivate') status = 'deactivated'
  const { unseen } = leavers
  if (person.unseenSince !== null && unseen !== undefined && unseen.action !== 'keep') {
    const due = addDays(person.unseenSince, unseen.after_days)
    dates.push(due)
    if (hasCome(due, today)) {
      flags.push('unseen')
      if (unseen.action === 'deactivate') status = 'deactivated'
    }
  }
  if (!person.isIncluded) {
    flags.push('outside_scope')
    if (scope?.otherwise === 'leaver') status = 'deactivated'
  }
  return { status, nextDate: earliestAfter(dates, today), flags }
}

/** The last day on which the person belongs to the company, where the settings go by dates. A date before the start is a former employment's. */
function lastDayOf({ terminationDate, lastDayOfWork, hireDate }: PersonFacts, { leavers }: Settings): string | null {
  const ends = leavers?.ends ?? 'lifecycle_status'
  if (ends === 'lifecycle_status') return null
  const last = ends === 'last_day_of_work' ? (lastDayOfWork ?? terminationDate) : terminationDate
  return last !== null && hireDate !== null && last < hireDate ? null : last
}

const wordOf = ({ lifecycleStatus }: PersonFacts) => lifecycleWord(lifecycleStatus ?? '')
const isGardenLeave = (person: PersonFacts) => /^garden ?leave$/.test(wordOf(person))
const isLongLeave = (person: PersonFacts) => !isGardenLeave(person) && wordOf(person).includes('leave')

export const hasCome = (date: string, today: string | null) => today !== null && date <= today

/** The earliest of `dates` that has not come; dates that have come are dealt with. */
export function earliestAfter(dates: readonly (string | null)[], today: string | null): string | null {
  let earliest: string | null = null
  for (const date of dates) {
    if (date === null || hasCome(date, today)) continue
    if (earliest === null || date < earliest) earliest = date
  }
  return earliest
}

const dayMs = 86_400_000

/** `YYYY-MM-DD`; a date that is none, or past the year 9999, comes back as it is. */
export function addDays(date: string, days: number): string {
  const at = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(at) || date.length !== 10) return date
  const moved = new Date(at + days * dayMs).toISOString()
  return moved.length === 24 ? moved.slice(0, 10) : date
}
