// When a user is to be invited: once, ever, on a date that follows the hire date until it has been told.
import type { Invite, UserStatus } from './documents.ts'
import type { Settings } from './settings/settings.ts'
import { addDays } from './standing.ts'

export interface Invitee {
  former: Invite | null
  /** Whether this event makes the user. */
  isNew: boolean
  status: UserStatus
  hireDate: string | null
  today: string | null
}

/** Users who were active before invites were set, and whoever leaves before the date, are not invited. */
export function inviteOf({ former, isNew, status, hireDate, today }: Invitee, { invites }: Settings): Invite | null {
  if (former?.state === 'told') return former
  const when = invites?.when ?? 'never'
  if (when === 'never') return former === null ? null : cancelled
  const leaves = status === 'deactivated' || status === 'deleted'
  // who is at work already when invites are set has been invited by other means
  if (leaves || (former === null && !isNew && status === 'active')) return cancelled
  if (former?.state === 'cancelled' && status === 'active' && !isNew) return former
  if (when === 'immediately') return { due: today ?? firstDay, state: 'waiting' }
  if (hireDate === null) return { due: null, state: 'waiting' }
  return { due: addDays(hireDate, -(invites?.days_before ?? 0)), state: 'waiting' }
}

const cancelled: Invite = { due: null, state: 'cancelled' }
/** Before every day: due as soon as any day is announced. */
const firstDay = '0001-01-01'
