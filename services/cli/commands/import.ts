// `import`: everyone of a tenant is read from HiBob, on request. The importer does it; the command asks, follows and cancels.
import { auditLog, type ImportDocument, importStore } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import { v7 as uuidv7 } from 'uuid'
import { askResend } from '../ask-resend.ts'
import type { Context } from '../context.ts'
import { followImport } from '../follow-import.ts'
import { orInterrupted } from '../interruption.ts'
import { examples, type OutputOptions, printJson, printTable, say } from '../output.ts'
import { withReplayParts } from '../replay-parts.ts'
import { jsonOf, noneResent, tell } from '../replay-report.ts'
import { switchOver } from '../switch-over.ts'

interface ImportOptions extends OutputOptions {
  wait?: boolean
  rebuild?: boolean
  resend?: boolean
  yes?: boolean
}

export function importCommand(program: Command, context: Context): void {
  const command = program
    .command('import')
    .description('read everyone of a tenant from HiBob, and tell Learn Amp what had changed unnoticed')
    .argument('[tenant]')
    .option('--wait', 'show progress until it has ended')
    .option('--rebuild', 'then build the read models anew from the log and switch to them; waits')
    .option('--resend', 'then tell Learn Amp services everything again; waits')
    .option('--yes', 'with --rebuild: switch without asking')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples('hibob-sync import acme --wait', 'hibob-sync import acme --rebuild --resend', 'hibob-sync import acme --wait --json', 'hibob-sync import cancel acme')}\n\nOne import per tenant goes on at a time: asked for again meanwhile, it joins that one.`,
    )
    .action(async (tenant: string | undefined, options: ImportOptions) => {
      if (tenant === undefined) return command.help({ error: true })
      await request(context, tenant, options)
    })

  command
    .command('cancel <tenant>')
    .description('end the import that goes on; what it has read until then stays')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync import cancel acme'))
    .action(async (tenant: string, _: OutputOptions, self: Command) =>
      cancel(context, tenant, self.optsWithGlobals<OutputOptions>()),
    )
}

async function request(context: Context, tenant: string, options: ImportOptions): Promise<void> {
  requireActive(await context.tenant(tenant))
  if (options.rebuild) await requireRebuildable(context, tenant)
  const importId = uuidv7()
  const eventId = await context.append('hibob.import.requested', tenant, {
    importId,
    reason: 'operator',
    by: context.by,
  })
  await auditLog(await context.mongo()).record({
    tenantId: tenant,
    act: 'tenant.import',
    by: context.by,
    detail: importId,
  })
  if (!options.wait && !options.rebuild && !options.resend) {
    if (options.json) return printJson({ tenant, import_id: importId, event_id: eventId })
    return say(`Requested: \`hibob-sync status\` shows how it goes, \`hibob-sync import cancel ${tenant}\` ends it`)
  }
  const ended = await orInterrupted(
    `the import continues; \`hibob-sync import cancel ${tenant}\` ends it`,
    async signal => followImport(importStore(await context.mongo()), importId, signal),
  )
  const { state, counts, outcome } = ended
  const shown = shownImport(importId, ended)
  if (!options.json) printTable(['', tenant], rowsOf(ended), '')
  if (state !== 'completed') {
    if (options.json) printJson(shown)
    const failure = outcome?.failure
    const detail = failure?.detail ?? `the import ended as ${state}`
    throw new AppError(failure?.code ?? 'import_failed', detail, { retryable: true })
  }
  if (!options.json)
    say(`Everyone of ${tenant} is read: ${counts.seen} people, ${counts.new + counts.changed} of them new or changed`)
  const followed = await follow(context, tenant, options)
  if (options.json) printJson({ ...shown, ...followed })
}

/** Nobody is read for a rebuild that would be refused at its end. */
async function requireRebuildable(context: Context, tenant: string): Promise<void> {
  const { requireWholeLog } = await import('@hibob-sync/replay')
  await withReplayParts(context, tenant, requireWholeLog)
}

/** What was asked for beyond the reading: it begins only when everyone is read. */
async function follow(context: Context, tenant: string, options: ImportOptions): Promise<object> {
  const replayed = options.rebuild
    ? await switchOver(context, tenant, 'replay', options, 'the import is done, and nothing was switched')
    : null
  const resent = options.resend ? await askResend(context, tenant) : null
  if (!options.json && replayed !== null) tell(tenant, replayed, noneResent)
  if (!options.json && resent !== null) say(`Requested: everything of ${tenant} is told again`)
  return {
    ...(replayed === null ? {} : { rebuilt: jsonOf(tenant, replayed, noneResent) }),
    ...(resent === null ? {} : { resend_id: resent.resendId }),
  }
}

async function cancel(context: Context, tenant: string, { json }: OutputOptions): Promise<void> {
  await context.tenant(tenant)
  const mongo = await context.mongo()
  const cancelled = await importStore(mongo).cancel(tenant, context.by)
  if (cancelled === null)
    throw new AppError('no_import', `no import of ${tenant} goes on: there is nothing to cancel`, { retryable: false })
  await auditLog(mongo).record({
    tenantId: tenant,
    act: 'tenant.import-cancel',
    by: context.by,
    detail: cancelled._id,
  })
  if (json) printJson({ tenant, import_id: cancelled._id })
  else say('It ends with its next step; what it has read until then stays')
}

function requireActive({
  tenant,
  state,
  state_detail,
}: {
  tenant: string
  state: string
  state_detail: string | null
}) {
  if (state === 'active') return
  const advice: Record<string, string> = {
    paused: `resume it first: hibob-sync tenants resume ${tenant}`,
    credentials_invalid: `renew its credentials first: hibob-sync tenants set ${tenant} --service-user-token-file <file>`,
    removed: 'there is nobody to read',
  }
  throw new AppError(
    'tenant_not_active',
    `tenant ${tenant} is ${state}${state_detail === null ? '' : ` (${state_detail})`}: ${advice[state] ?? ''}`,
    { retryable: false },
  )
}

/** `asked`: the id under which this command asked; `import_id` is the one that was carried out. */
function shownImport(
  asked: string,
  { _id, tenantId, reason, state, counts, outcome, startedAt, endedAt }: ImportDocument,
) {
  const { seen, new: fresh, changed, unchanged, notSeen: not_seen, unreadable } = counts
  return {
    tenant: tenantId,
    import_id: _id,
    ...(asked === _id ? {} : { joined_by: asked }),
    reason,
    state,
    started_at: startedAt?.toISOString() ?? null,
    ended_at: endedAt?.toISOString() ?? null,
    counts: { seen, new: fresh, changed, unchanged, not_seen, unreadable },
    drift: outcome?.drift ?? { people: 0, fields: [] },
    failure: outcome?.failure ?? null,
  }
}

function rowsOf({ _id, state, counts, outcome }: ImportDocument): [string, string | number][] {
  const drifted = outcome?.drift.fields.map(({ field, people }) => `${field} ${people}`).join(', ') || 'none'
  return [
    ['import', _id],
    ['ended as', state],
    ['seen', counts.seen],
    ['new', counts.new],
    ['changed', counts.changed],
    ['unchanged', counts.unchanged],
    ['not seen', counts.notSeen],
    ['unreadable', counts.unreadable],
    ['changed without a webhook', drifted],
  ]
}
