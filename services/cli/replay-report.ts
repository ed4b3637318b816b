// What is said of a replay that has ended, and how services are told of what differed.
import { keptHours } from '@hibob-sync/mongo'
import type { Replayed } from '@hibob-sync/replay'
import { v7 as uuidv7 } from 'uuid'
import type { Context } from './context.ts'
import { say } from './output.ts'
import { jsonDifferences } from './replay-parts.ts'

const usersPerResend = 5000

/** What a program is told of a replay that has ended well. */
export function jsonOf(tenant: string, replayed: Replayed, resent: number): object {
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
    resent,
  }
}

export function tell(tenant: string, { generation, events, parked }: Replayed, resent: number): void {
  say(`${tenant} is at generation ${generation} now, folded from ${events} events`)
  if (parked > 0) say(`${parked} events could not be folded: \`hibob-sync parked list ${tenant}\``)
  if (resent > 0) say(`Requested: ${resent} users are told again`)
  say(`\`hibob-sync replay rollback ${tenant}\` goes back within ${keptHours} hours`)
}

/** Tells services the state of the users that differed; returns how many. */
export async function resend(context: Context, tenant: string, { comparison }: Replayed): Promise<number> {
  const ids = comparison === null ? [] : comparison.usersToldOtherwise
  for (let at = 0; at < ids.length; at += usersPerResend) {
    const userIds = ids.slice(at, at + usersPerResend)
    await context.append('tenant.resend.requested', tenant, { resendId: uuidv7(), by: context.by, userIds })
  }
  return ids.length
}
