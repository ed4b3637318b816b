// What a user would be, by all that is known now and the settings in force, before the brake has its say.
import type { Standing, User, UserDocument } from '../documents.ts'
import { isZoneName } from '../events.ts'
import { fitUser } from '../fit-user.ts'
import { inviteOf } from '../invite.ts'
import { isoTime } from '../iso-time.ts'
import { lifecyclePath, statusOf } from '../lifecycle.ts'
import { mapUnder, wasAsked } from '../map-under.ts'
import { type MappingContext, mapUser, selfManaged, unknownManager } from '../mapping.ts'
import { ownValue } from '../own-value.ts'
import { factsFrom, lifecycleIn } from '../person-facts.ts'
import { type SettingsNow, settingsNow, standardSettings } from '../settings/in-force.ts'
import { sharing } from '../sharing.ts'
import { earliestAfter, fateOf, noStanding, orNone } from '../standing.ts'
import { type FoldContext, tenantState } from './fold-context.ts'

/** What is known of a person: the parts of a document that an event may just have changed. */
export interface Known {
  id: string
  observed: UserDocument['observed']
  unseen_since: string | null
  standing: Standing | null
}

export interface Desired {
  user: User
  standing: Standing | null
}

export function desiredUser(
  context: FoldContext,
  names: MappingContext,
  former: UserDocument | null,
  known: Known,
): Desired {
  const settings = settingsNow(tenantState(context))
  if (settings === null && known.standing === null) {
    const user = plainUser(names, former, known)
    if (user !== null) return { user, standing: null }
  }
  return desiredUnder(context, settings ?? standard(), former, known, names, settings !== null)
}

/** Most people: everything can be read, and nothing else is to be said of them. */
function plainUser(names: MappingContext, former: UserDocument | null, { id, observed }: Known): User | null {
  const shown = observed.fields[lifecyclePath]
  const status = typeof shown === 'string' ? statusOf(shown) : null
  if (status === null) return null
  const told = former?.user ?? null
  const { user, errors } = mapUser({ id, observed, status, former: told }, names)
  return errors === null && fitUser(user, told) === null ? user : null
}

function joined(...found: (Record<string, string> | null)[]): Record<string, string> | null {
  const errors = found.filter(one => one !== null)
  return errors.length === 0 ? null : Object.assign({}, ...errors)
}

const standard = (): SettingsNow => ({ version: 0, compiled: standardSettings(), former: standardSettings() })

function desiredUnder(
  context: FoldContext,
  settings: SettingsNow,
  former: UserDocument | null,
  known: Known,
  names: MappingContext,
  own: boolean,
): Desired {
  const before = known.standing ?? noStanding
  const told = former === null || before.hidden ? null : former.user
  const { compiled } = settings
  const kept = before.last === null ? known.observed : { ...known.observed, last: before.last }
  const lifecycle = lifecycleIn(kept)
  const mapped = { id: known.id, kept, absent: before.absent, former: told, status: told?.status ?? 'deleted' } as const
  const { user, errors: unread } = mapUnder(settings, mapped, names)
  const errors = joined(unread, fitUser(user, told), lifecycle.error === null ? null : { status: lifecycle.error })
  const zone = own ? zoneOf(settings, kept, names) : null
  const today = zone === null ? null : todayIn(context, zone)
  // who is in is not decided by fields that nobody has asked for yet
  const asked = wasAsked({ paths: compiled.scopePaths }, { kept, absent: before.absent })
  const isIncluded = (asked ? compiled : settings.former).isIncluded(kept)
  const fate = fateOf(
    {
      ...factsFrom(kept),
      hireDate: user.hire_date,
      unseenSince: known.unseen_since?.slice(0, 10) ?? null,
      revoked: before.revokedAt !== null,
      isIncluded,
    },
    compiled.settings,
    today,
  )
  const waits = told === null && lifecycle.word === null
  const hidden = waits || (told === null && !isIncluded)
  const living = lifecycle.word === null && told !== null ? told.status : fate.status
  user.status = before.deleted || hidden ? 'deleted' : living
  // nobody sees whom the hidden report to, and no change of a manager is looked up for them
  if (hidden && user.override_manager !== null) user.override_manager = unknownManager(user.override_manager.id)
  const shown = hidden ? user : selfManaged(user, living)
  const { status, hire_date: hireDate } = user
  const invite = hidden
    ? before.invite
    : inviteOf({ former: before.invite, isNew: told === null, status, hireDate, today }, compiled.settings)
  const inviteDue = invite?.state === 'waiting' ? invite.due : null
  const nextDate = earliestAfter([fate.nextDate, inviteDue], null)
  const standing = orNone({
    ...before,
    hidden,
    zone: nextDate === null ? null : zone,
    nextDate,
    flags: waits ? [...fate.flags, 'status_not_shown'] : fate.flags,
    invite,
    errors,
  })
  return {
    // whoever is gone stays as they were
    user: before.deleted && told?.status === 'deleted' ? told : shown,
    standing: standing && sharing(former?.standing, standing),
  }
}

/** The newest day that began in a zone. Before the first is announced there, one that has begun in it for sure, whichever clock is wrong. */
function todayIn(context: FoldContext, zone: string): string {
  const days = tenantState(context)?.days
  const known = ownValue(days, zone)
  if (known !== undefined) return known
  const surely = surelyBegun(context)
  const newest = Object.values(days ?? {})
    .sort()
    .at(-1)
  return newest !== undefined && newest < surely ? newest : surely
}

/** The day that the log's time and the event's own have left behind everywhere. */
function surelyBegun({ record, event }: FoldContext): string {
  const times = [record.time, Date.parse(event.time)].filter(time => !Number.isNaN(time))
  return isoTime(Math.min(...times) - behindUtcMaxMs).slice(0, 10)
}

// where a day begins last, in UTC-12
const behindUtcMaxMs = 12 * 3_600_000

/** The zone whose days a person lives by: the tenant's own unless a rule names another. */
function zoneOf(
  { compiled }: SettingsNow,
  kept: Parameters<typeof compiled.isIncluded>[0],
  names: MappingContext,
): string {
  const own = compiled.personTimeZone?.evaluate(kept, names)
  return own?.value && isZoneName(String(own.value)) ? String(own.value) : (compiled.settings.time_zone ?? 'UTC')
}
