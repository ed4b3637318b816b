// Settings become those in force: shown what they would do, agreed to, appended, folded. Of two who change at once, the second is told
// and loses nothing. Audited.
import type { Settings } from '@hibob-sync/domain'
import { auditLog } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import { awaitFolded } from '../await-folded.ts'
import type { Context } from '../context.ts'
import { confirm, type OutputOptions, printJson, say } from '../output.ts'
import { checkDocument } from './check-document.ts'
import { requireLowCost } from './person-cost.ts'
import { readHistory } from './read-history.ts'
import { runPreview } from './run-preview.ts'
import { showCost, showCounts } from './show-preview.ts'

export interface ChangeOptions extends OutputOptions {
  reason?: string
  yes?: boolean
  basedOn?: number
}

/** `kept`: where the document is, should it not become the settings in force. */
export async function changeSettings(
  context: Context,
  tenant: string,
  document: unknown,
  options: ChangeOptions,
  kept: string,
): Promise<void> {
  await context.presentTenant(tenant)
  const models = await context.models()
  const before = await models.settingsOf(tenant)
  const basedOn = options.basedOn ?? before.version
  const { settings, fieldsChecked } = await checkDocument(context, tenant, document, options)
  if (basedOn !== before.version) throw outdated(tenant, basedOn, before.version, kept)
  if (JSON.stringify(settings) === JSON.stringify(before.settings)) {
    if (options.json)
      return printJson({
        tenant,
        version: before.version,
        in_force: true,
        changed: false,
        fields_checked: fieldsChecked,
      })
    return say(`These settings are in force already, as version ${before.version}: nothing changes`)
  }
  const preview = await runPreview(context, tenant, settings)
  if (preview.version !== basedOn) throw outdated(tenant, basedOn, preview.version, kept)
  if (!options.json) showCounts(preview.counts)
  const cost = await requireLowCost(preview.cost, async () => (await runPreview(context, tenant, settings)).cost)
  if (!options.json) showCost(cost)
  if (!options.json) await sayAlerts(context, tenant, settings)
  await confirm(`These become version ${basedOn + 1} of the settings of ${tenant}.`, options.yes)
  const version = basedOn + 1
  const reason = options.reason === undefined ? {} : { reason: options.reason }
  const at = await context.appendAt('tenant.settings.changed', tenant, {
    settings,
    version,
    basedOn,
    by: context.by,
    ...reason,
  })
  await auditLog(await context.mongo()).record({
    tenantId: tenant,
    act: 'tenant.settings',
    by: context.by,
    detail: at.id,
  })
  await awaitFolded(context, at, `version ${version} of the settings of ${tenant} is`)
  const now = await models.settingsOf(tenant)
  const outcome = { tenant, version, based_on: basedOn, event_id: at.id, offset: at.offset }
  // somebody may have gone on from this version already
  const isTaken = now.eventId === at.id || (await wasTaken(context, tenant, at.id))
  if (!isTaken) {
    if (options.json) printJson({ ...outcome, in_force: false, version_in_force: now.version })
    throw refused(tenant, await whoseIs(context, tenant, now.version), kept)
  }
  if (options.json)
    printJson({
      ...outcome,
      in_force: true,
      changed: true,
      fields_checked: fieldsChecked,
      preview: preview.counts,
      ms_per_person: cost,
    })
  else say(`Version ${version} is in force${now.version > version ? `, and version ${now.version} after it` : ''}`)
  if (!options.json && preview.counts.waiting.length > 0)
    say(`Fields that HiBob was not asked for yet come with an import that begins by itself: hibob-sync status`)
}

async function sayAlerts(context: Context, tenant: string, { alert_url }: Settings): Promise<void> {
  if (alert_url === undefined || (await context.tenant(tenant)).alert_secret_since !== null) return
  say(
    `alert_url is set, and there is no secret to sign alerts with: none is sent until there is one (hibob-sync tenants set ${tenant} --alert-secret)`,
  )
}

async function wasTaken(context: Context, tenant: string, eventId: string): Promise<boolean> {
  const found = (await readHistory(context, tenant)).find(({ event_id }) => event_id === eventId)
  return found !== undefined && found.standing !== 'refused'
}

async function whoseIs(context: Context, tenant: string, version: number): Promise<string> {
  const found = (await readHistory(context, tenant)).find(entry => entry.standing === 'in_force')
  return found === undefined ? `version ${version}` : `version ${found.version}, by ${found.by}`
}

const outdated = (tenant: string, basedOn: number, version: number, kept: string) =>
  new AppError(
    'settings_outdated',
    `this document was made from version ${basedOn} of the settings of ${tenant}, and version ${version} is in force. ${advice(tenant, kept)}`,
    { retryable: false },
  )

const refused = (tenant: string, whose: string, kept: string) =>
  new AppError(
    'settings_refused',
    `somebody else's change of the settings of ${tenant} came first (${whose}): this one is recorded as refused. ${advice(tenant, kept)}`,
    { retryable: false },
  )

const advice = (tenant: string, kept: string) =>
  `Nothing is lost: the document is still ${kept}. See what is in force (hibob-sync settings show ${tenant}), bring the two together, and set the result`
