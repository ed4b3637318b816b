// What the tenant's settings make of a person: out of scope, access revoked, invited, held back, something due on a date.

import { lifecyclePath } from '../lifecycle.ts'
import { waitsForStatus } from '../standing.ts'
import type { Evidence } from './evidence.ts'
import { eventAt } from './evidence-reading.ts'
import type { Step } from './explanation.ts'
import { described, referenceOf } from './seen-event.ts'

export const settingsFindings = [statusNotShown, outsideScope, unseenForLong, accessRevoked, heldBack, invite, nextDate]

function outsideScope({ user, settings }: Evidence): Step[] {
  const { standing } = user ?? {}
  if (user === null || !standing?.flags.includes('outside_scope')) return []
  const paths = settings?.compiled.scopePaths ?? []
  const values = paths.map(path => `${path} is ${JSON.stringify(user.observed.fields[path] ?? null)}`).join(', ')
  const rule = `the scope of settings version ${settings?.version} does not take this person in${values && `: ${values}`}`
  const so = standing.hidden ? 'they were never a user, and nobody was told' : 'they were a user before'
  return [{ step: 'outside_scope', at: null, text: `${rule}; ${so}` }]
}

function statusNotShown({ user }: Evidence): Step[] {
  if (user === null || !waitsForStatus(user)) return []
  const why = user.standing?.errors?.['status'] ?? `HiBob does not show ${lifecyclePath} of this person`
  return [{ step: 'status_not_shown', at: null, text: `${why}; nothing is published until HiBob shows a known status` }]
}

function unseenForLong({ user }: Evidence): Step[] {
  if (!user?.standing?.flags.includes('unseen')) return []
  return [{ step: 'unseen_for_long', at: user.unseen_since, text: 'unseen for longer than the settings allow' }]
}

function accessRevoked(evidence: Evidence): Step[] {
  const offset = evidence.user?.standing?.revokedAt ?? null
  if (offset === null) return []
  const event = eventAt(evidence, offset)
  if (event === null) return [{ step: 'access_revoked', at: null, text: `by the webhook at offset ${offset}` }]
  return [{ step: 'access_revoked', at: event.at, text: described(event), event: referenceOf(event) }]
}

function heldBack(evidence: Evidence): Step[] {
  const held = evidence.user?.standing?.held ?? null
  if (held === null) return []
  const event = eventAt(evidence, held.offset)
  const because = event === null ? `event ${held.eventId}` : described(event)
  const text = `${Object.keys(held.claims).join(', ')} held back under hold ${held.id}, because of: ${because}`
  return [{ step: 'held', at: held.since, text, ...(event === null ? {} : { event: referenceOf(event) }) }]
}

function invite({ user }: Evidence): Step[] {
  const { invite: known = null } = user?.standing ?? {}
  if (known === null) return []
  const due = known.due === null ? 'once there is a hire date' : `on ${known.due} or the first day after it`
  const texts = {
    waiting: `is told ${due}`,
    told: 'was told',
    cancelled: 'is not told: invites are off, or they left first, or were at work before',
  }
  return [{ step: `invite_${known.state}`, at: null, text: `the invite ${texts[known.state]}` }]
}

function nextDate({ user }: Evidence): Step[] {
  const { nextDate: date = null, zone = null } = user?.standing ?? {}
  if (date === null) return []
  return [{ step: 'next_date', at: null, text: `the user is looked at again when ${date} begins in ${zone}` }]
}
