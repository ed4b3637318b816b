// A person decides on what the brake keeps back, whole or user by user: an event, then what came of it. Audited.
import { auditLog, heldUsers } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { awaitFolded } from '../await-folded.ts'
import type { Context } from '../context.ts'
import { confirm, type OutputOptions, printJson, say } from '../output.ts'

export type Verdict = 'approved' | 'rejected'

export interface DecideOptions extends OutputOptions {
  user?: string[]
  hold?: string
  reason?: string
  yes?: boolean
}

const outcome: Record<Verdict, string> = {
  approved: 'let happen',
  rejected: 'passed over until HiBob says something new',
}

/** Throws AppError `nothing_held`, `hold_changed` when another hold than `--hold` is open, `not_held` for a user who is not. */
export async function decideHold(
  context: Context,
  tenant: string,
  verdict: Verdict,
  options: DecideOptions,
): Promise<void> {
  await context.presentTenant(tenant)
  const hold = (await (await context.models()).state(tenant))?.hold ?? null
  if (hold === null) throw refused('nothing_held', `nothing of ${tenant} is held: there is nothing to decide`)
  if (options.hold !== undefined && options.hold !== hold.id)
    throw refused(
      'hold_changed',
      `hold ${options.hold} of ${tenant} is over; ${hold.id} is open: see \`hibob-sync holds show ${tenant}\``,
    )
  const held = heldUsers(await context.mongo())
  const wanted = options.user === undefined ? undefined : [...new Set(options.user)]
  const before = await held.count(tenant, wanted)
  if (wanted !== undefined && before < wanted.length) await requireHeld(context, tenant, wanted)
  await confirm(`What is held of ${before} of ${hold.count} users of ${tenant} is ${outcome[verdict]}.`, options.yes)
  const at = await context.appendAt(`tenant.hold.${verdict}`, tenant, {
    holdId: hold.id,
    by: context.by,
    ...(wanted === undefined ? {} : { userIds: wanted }),
    ...(options.reason === undefined ? {} : { reason: options.reason }),
  })
  const audited = { tenantId: tenant, act: `tenant.hold-${verdict}`, by: context.by, detail: hold.id }
  await auditLog(await context.mongo()).record(audited)
  await awaitFolded(context, at, `the decision on hold ${hold.id} is`)
  const left = await held.count(tenant)
  const undecided = await held.count(tenant, wanted)
  const decided = before - Math.min(before, undecided)
  if (options.json)
    return printJson({ tenant, hold_id: hold.id, verdict, event_id: at.id, users: decided, still_held: left })
  say(
    `Of ${decided} ${decided === 1 ? 'user' : 'users'} it is ${outcome[verdict]}; ${left === 0 ? 'nobody is held any more' : `${left} are still held`}`,
  )
}

async function requireHeld(context: Context, tenant: string, wanted: readonly string[]): Promise<void> {
  const found = new Set<string>()
  for await (const { user } of heldUsers(await context.mongo()).list(tenant, wanted)) found.add(user.id)
  const others = wanted.filter(id => !found.has(id))
  throw refused('not_held', `nothing is held of ${others.join(', ')} of ${tenant}: nothing was decided`)
}

const refused = (code: string, message: string) => new AppError(code, message, { retryable: false })
