// `replay`: a tenant's read models are built anew from the log, beside the live ones, and switched to. `cancel` and `rollback` undo it.
import { auditLog, keptHours } from '@hibob-sync/mongo'
import type { Kept, ReplayParts } from '@hibob-sync/replay'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, say } from '../output.ts'
import { replayAll, usage } from '../replay-all.ts'
import { jsonDifferences, showDifferences, withReplayParts } from '../replay-parts.ts'
import { jsonOf, noneResent, resend, tell } from '../replay-report.ts'
import { requireSnapshotName, shownContent } from '../snapshot-report.ts'
import { switchOver } from '../switch-over.ts'
import { timeOption, timesHelp } from '../time-of.ts'

interface ReplayOptions extends OutputOptions {
  dryRun?: boolean
  to?: number
  snapshot?: string
  replace?: boolean
  yes?: boolean
  resendDifferences?: boolean
  all?: boolean
}

export function replayCommand(program: Command, context: Context): void {
  const replay = program
    .command('replay')
    .argument('[tenant]')
    .description('build a tenant’s read models anew from the log, beside the live ones, and switch to them')
    .option('--dry-run', 'build and compare only: switch nothing, leave nothing behind')
    .option('--to <time>', 'print the tenant as it was then, switch nothing', timeOption('--to'))
    .option('--snapshot <name>', 'with --to: keep the tenant as it was then under this name')
    .option('--replace', 'with --snapshot: take the place of the snapshot that has the name')
    .option('--resend-differences', 'tell Learn Amp services about the users and teams that differ, after the switch')
    .option('--all', 'every tenant, reading each partition of the log once')
    .option('--yes', 'switch without asking')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples(
        'hibob-sync replay acme --dry-run',
        'hibob-sync replay acme --resend-differences',
        'hibob-sync replay acme --to 2026-11-03T08:00:00Z --json',
        'hibob-sync replay acme --to 2026-11-03T08:00:00Z --snapshot before-merger',
        'hibob-sync replay --all --yes',
        'hibob-sync replay rollback acme',
      )}\n\n${timesHelp}`,
    )
    .action(async (tenant: string | undefined, options: ReplayOptions) => {
      if (options.snapshot !== undefined && options.to === undefined) throw usage('--snapshot goes with --to')
      if (options.replace && options.snapshot === undefined) throw usage('--replace goes with --snapshot')
      if (options.all) return replayAll(context, tenant, options)
      if (tenant === undefined) throw usage('name a tenant, or give --all')
      const name = options.snapshot === undefined ? null : requireSnapshotName(options.snapshot)
      const at = options.to === undefined ? null : pastOf(options.to, tenant)
      if (at !== null && name !== null) await keepAt(context, tenant, at, name, options)
      else if (at !== null) await showAt(context, tenant, at, options)
      else if (options.dryRun) await dryRun(context, tenant, options)
      else await switchAndTell(context, tenant, 'replay', options)
    })

  replay
    .command('cancel <tenant>')
    .description('end a replay that is under way; what it has built is removed')
    .option('--json', 'print JSON')
    .action(async (tenant: string, { json }: OutputOptions) => {
      await context.tenant(tenant)
      const { cancelReplay } = await import('@hibob-sync/replay')
      const { _id, purpose } = await cancelReplay({ mongo: await context.mongo(), tenantId: tenant })
      await audit(context, tenant, 'tenant.replay.cancel', _id)
      if (json) printJson({ tenant, replay_id: _id, cancelled: true })
      else say(`The ${purpose} of ${tenant} is cancelled`)
    })

  replay
    .command('rollback <tenant>')
    .description(
      `go back to the read models of before the last switch, brought up to date; possible for ${keptHours} hours`,
    )
    .option('--resend-differences', 'tell Learn Amp services about the users and teams that differ, after the switch')
    .option('--yes', 'switch without asking')
    .option('--json', 'print JSON')
    .action(async (tenant: string, options: ReplayOptions) => {
      await switchAndTell(context, tenant, 'rollback', options)
    })
}

async function switchAndTell(
  context: Context,
  tenant: string,
  purpose: 'replay' | 'rollback',
  options: ReplayOptions,
): Promise<void> {
  const replayed = await switchOver(context, tenant, purpose, options)
  const resent = options.resendDifferences ? await resend(context, tenant, replayed) : noneResent
  if (options.json) printJson(jsonOf(tenant, replayed, resent))
  else tell(tenant, replayed, resent)
}

async function dryRun(context: Context, tenant: string, { json }: ReplayOptions): Promise<void> {
  const { verifyTenant } = await import('@hibob-sync/replay')
  const found = await withReplayParts(context, tenant, (parts: ReplayParts) => verifyTenant(parts))
  const { events, users, parked, count } = found
  if (json) return printJson({ tenant, events, users, parked, differences: jsonDifferences(found) })
  say(`${events} events fold to ${users} users`)
  if (count === 0) say('Nothing differs from the live read models')
  else showDifferences(found)
}

function pastOf(timeMs: number, tenant: string): number {
  if (timeMs <= Date.now()) return timeMs
  const message = `--to ${new Date(timeMs).toISOString()} is still to come: how ${tenant} is then is not known`
  throw new AppError('time_invalid', message, { retryable: false })
}

async function showAt(context: Context, tenant: string, timeMs: number, { json }: ReplayOptions): Promise<void> {
  const { tenantAt } = await import('@hibob-sync/replay')
  const { offset, users, teams, managers } = await withReplayParts(context, tenant, (parts: ReplayParts) =>
    tenantAt(parts, timeMs),
  )
  const as_of = new Date(timeMs).toISOString()
  if (json) return printJson({ tenant, as_of, offset, users, teams, managers })
  say(
    `${tenant} at ${as_of}: ${users.length} users, ${teams.length} teams, ${managers.length} managers (--json prints them)`,
  )
}

async function keepAt(
  context: Context,
  tenant: string,
  timeMs: number,
  name: string,
  { replace = false, json }: ReplayOptions,
): Promise<void> {
  const { keepSnapshot } = await import('@hibob-sync/replay')
  const kept = await withReplayParts(
    context,
    tenant,
    (parts: ReplayParts): Promise<Kept> => keepSnapshot(parts, { name, timeMs, replace }),
  )
  await audit(context, tenant, 'tenant.snapshot', name)
  const { asOf, events, parked, users, teams, managers } = kept
  if (json) return printJson({ tenant, ...shownContent(kept), events, parked })
  say(`${tenant} at ${asOf.toISOString()}: ${users} users, ${teams} teams, ${managers} managers, from ${events} events`)
  if (parked > 0) say(`${parked} events could not be folded`)
  say(`Kept: \`hibob-sync users ${tenant} --snapshot ${name}\``)
}

const audit = async (context: Context, tenantId: string, act: string, detail: string) =>
  auditLog(await context.mongo()).record({ tenantId, act, by: context.by, detail })
