// What will happen to a user on the days to come, by all that is known today and the settings in force: a calendar, not a promise, since
// HiBob may say otherwise before. It goes by the rules of the fold themselves, a date at a time.
import type { TenantState, UserDocument } from './documents.ts'
import { ownValue } from './own-value.ts'
import { factsFrom } from './person-facts.ts'
import { settingsNow, standardSettings } from './settings/in-force.ts'
import { fateOf, type PersonFacts } from './standing.ts'

/**
 * `invite`: invited. `start`: the first day of a future starter. `deactivation`: deactivated by date. `leave`: the employment ends, and the user
 * is deactivated when HiBob says so. `unseen`: HiBob has not shown the person for as long as is set.
 */
export const upcomingActs = ['start', 'invite', 'leave', 'deactivation', 'unseen'] as const
export type UpcomingAct = (typeof upcomingActs)[number]

export interface Upcoming {
  /** `YYYY-MM-DD`. */
  date: string
  what: UpcomingAct
}

export interface Horizon {
  /** The tenant's day now. */
  from: string
  /** The last day that is of interest. */
  to: string
}

/** In order of their dates. What is overdue comes today. */
export function upcomingOf(document: UserDocument, state: TenantState | null, { from, to }: Horizon): Upcoming[] {
  const { user, standing } = document
  if (user.status === 'deleted') return []
  const ends = datedEnds(document, state, to)
  const end = ends.find(({ what }) => what === 'deactivation')?.date ?? null
  const found = [...ends]
  const isAhead = (date: string | null): date is string => date !== null && date >= from && date <= to
  if (user.status === 'pending' && isAhead(user.hire_date)) found.push({ date: user.hire_date, what: 'start' })
  if (user.status !== 'deactivated' && end === null && isAhead(user.leave_date))
    found.push({ date: user.leave_date, what: 'leave' })
  const invite = standing?.invite?.state === 'waiting' ? standing.invite.due : null
  // whoever has left by then is not invited
  if (invite !== null && invite <= to && (end === null || invite < end)) found.push({ date: invite, what: 'invite' })
  const clamped = found.map(({ date, what }) => ({ date: date < from ? from : date, what }))
  return clamped.sort((a, b) => a.date.localeCompare(b.date) || order(a) - order(b))
}

const order = ({ what }: Upcoming) => upcomingActs.indexOf(what)

/** What dates alone will make of the user, one date after the other. */
function datedEnds(document: UserDocument, state: TenantState | null, to: string): Upcoming[] {
  const settings = settingsNow(state)?.compiled ?? standardSettings()
  const zone = document.standing?.zone ?? settings.settings.time_zone ?? 'UTC'
  const facts = factsOf(document, settings.isIncluded(document.observed))
  const found: Upcoming[] = []
  let before = fateOf(facts, settings.settings, ownValue(state?.days, zone) ?? null)
  while (before.nextDate !== null && before.nextDate <= to) {
    const date = before.nextDate
    const after = fateOf(facts, settings.settings, date)
    if (after.status === 'deactivated' && before.status !== 'deactivated') found.push({ date, what: 'deactivation' })
    else if (after.flags.includes('unseen') && !before.flags.includes('unseen')) found.push({ date, what: 'unseen' })
    before = after
  }
  return found
}

function factsOf({ observed, user, unseen_since, standing }: UserDocument, isIncluded: boolean): PersonFacts {
  return {
    ...factsFrom(standing?.last == null ? observed : { ...observed, last: standing.last }),
    hireDate: user.hire_date,
    unseenSince: unseen_since?.slice(0, 10) ?? null,
    revoked: (standing?.revokedAt ?? null) !== null,
    isIncluded,
  }
}
