// What is said of a replay that has ended, and how services are told of what differed.
import { keptHours } from '@hibob-sync/mongo'
import type { Replayed } from '@hibob-sync/replay'
import { v7 as uuidv7 } from 'uuid'
import type { Context } from './context.ts'
import { say } from './output.ts'
import { jsonDifferences } from './replay-parts.ts'

/** How many are told again. */
export interface Resent {
  users: number
  teams: number
}

export const noneResent: Resent = { users: 0, teams: 0 }

const idsPerResend = 5000

/** What a program is told of a replay that has ended well. */
export function jsonOf(tenant: string, replayed: Replayed, resent: Resent): object {
  const { replayId, generation, events, parked, comparison } = replayed
  return {
    tenant,
    replay_id: replayId,
    generation,
    switched: true,
    events,
    users: comparison?.users ?? null,
    parked,
    differences: comparison === null ? null : jsonDifferences(comparison),
    resent: resent.users,
    resent_teams: resent.teams,
  }
}

export function tell(tenant: string, { generation, events, parked }: Replayed, resent: Resent): void {
  say(`${tenant} is at generation ${generation} now, folded from ${events} events`)
  if (parked > 0) say(`${parked} events could not be folded: \`hibob-sync parked list ${tenant}\``)
  if (resent.users + resent.teams > 0) say(`Requested: ${resent.users} users and ${resent.teams} teams are told again`)
  say(`\`hibob-sync replay rollback ${tenant}\` goes back within ${keptHours} hours`)
}

/** Tells services the state of the users and teams that differed. */
export async function resend(context: Context, tenant: string, { comparison }: Replayed): Promise<Resent> {
  const { users, teams } = comparison?.toldOtherwise ?? { users: [], teams: [] }
  for (let at = 0; at < Math.max(users.length, teams.length); at += idsPerResend) {
    const userIds = users.slice(at, at + idsPerResend)
    const teamIds = teams.slice(at, at + idsPerResend)
    await context.append('tenant.resend.requested', tenant, { resendId: uuidv7(), by: context.by, userIds, teamIds })
  }
  return { users: users.length, teams: teams.length }
}
