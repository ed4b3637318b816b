// Who is held, what from what to what, since when, and because of what.
import { type HeldUser, heldUsers, holdAlerts } from '@hibob-sync/mongo'
import type { Context } from '../context.ts'
import { type OutputOptions, printJson, printTable, say } from '../output.ts'
import { type HeldCause, heldCauses } from './held-causes.ts'

export type HoldsOptions = OutputOptions & { user?: string[] }

export async function showHolds(
  context: Context,
  tenant: string,
  { user: userIds, json }: HoldsOptions,
): Promise<void> {
  const hold = (await (await context.models()).state(tenant))?.hold ?? null
  const held = await Array.fromAsync(heldUsers(await context.mongo()).list(tenant, userIds))
  const causes = await heldCauses(
    context,
    tenant,
    held.map(({ held: { offset } }) => offset),
  )
  const people = held.map(one => shownHeld(one, causes))
  const alertFailure = await holdAlerts(await context.mongo()).failureOf(tenant)
  if (json)
    return printJson({
      tenant,
      hold: hold === null ? null : { id: hold.id, since: hold.since, users: hold.count },
      alert_failure: alertFailure,
      people,
    })
  if (hold === null) return say(`Nothing of ${tenant} is held`)
  say(`Hold ${hold.id}: ${hold.count} ${hold.count === 1 ? 'user' : 'users'} since ${hold.since}`)
  if (alertFailure !== null) say(`The alert of it was not delivered yet (${alertFailure}); it is tried again`)
  printTable(
    ['id', 'name', 'what is held', 'since', 'because of'],
    people.map(({ id, full_name, fields, since, cause, event_id }) => [
      id,
      full_name,
      fields.map(({ field, from, to }) => `${field}: ${text(from)} → ${text(to)}`).join('; '),
      since,
      cause === null ? event_id : cause.text,
    ]),
    userIds === undefined ? '' : 'None of these users is held',
  )
  say(`Let them happen: hibob-sync holds approve ${tenant} [--user <id>]`)
  say(`Leave these users as they are until HiBob says something new: hibob-sync holds reject ${tenant} [--user <id>]`)
}

function shownHeld({ user, held }: HeldUser, causes: ReadonlyMap<number, HeldCause>) {
  const fields = Object.entries(held.claims).map(([field, to]) => ({
    field,
    from: (user as unknown as Record<string, unknown>)[field] ?? null,
    to,
  }))
  const cause = causes.get(held.offset) ?? null
  return {
    id: user.id,
    full_name: user.full_name,
    hold_id: held.id,
    since: held.since,
    fields,
    event_id: held.eventId,
    offset: held.offset,
    cause: cause === null ? null : { type: cause.type, by: cause.by, text: cause.text },
  }
}

const text = (value: unknown) => (value === null ? '–' : typeof value === 'string' ? value : JSON.stringify(value))
