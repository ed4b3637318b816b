// `tenants`: who is synchronised, how their webhooks are recognised, how HiBob is asked on their behalf.
import { TenantId } from '@hibob-sync/domain'
import { assertAllowedUrl } from '@hibob-sync/hibob'
import { type HibobNote, importStore, listSchedule, parkedEvents, pendingReads, type Tenant } from '@hibob-sync/mongo'
import { AppError, commaList, errorCode, webUrlProblem, withoutSlash } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import { Value } from 'typebox/value'
import type { Context } from '../context.ts'
import { secretFrom } from '../files/secret-file.ts'
import { type Confirmable, confirm, examples, type OutputOptions, printJson, printTable, say } from '../output.ts'
import { tenantSecretCommands } from './tenant-secrets.ts'

const defaultHibobUrl = 'https://api.hibob.com/v1'

interface AddOptions extends OutputOptions {
  companyId: string
  hibobUrl: string
  serviceUserId: string
  serviceUserTokenFile: string
  signingSecretFile?: string
}

interface SetOptions extends OutputOptions {
  hibobUrl?: string
  serviceUserId?: string
  serviceUserTokenFile?: string
  nightlyAt?: string
  timeZone?: string
  alertSecret?: boolean
}

export function tenantCommands(program: Command, context: Context): void {
  const tenants = program.command('tenants').description('add, show and change tenants')

  tenants
    .command('add <tenant>')
    .description('add a tenant and print the webhook URL to put into HiBob')
    .requiredOption('--company-id <number>', 'HiBob’s company id')
    .option('--hibob-url <url>', 'base URL of HiBob’s API', defaultHibobUrl)
    .requiredOption('--service-user-id <id>', 'HiBob service user')
    .requiredOption('--service-user-token-file <file>', 'file that holds its token')
    .option('--signing-secret-file <file>', 'file that holds the webhook’s secret; can be added later')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'hibob-sync tenants add acme --company-id 812345 --service-user-id SERVICE-1 --service-user-token-file token.txt --signing-secret-file secret.txt',
      ),
    )
    .action((tenant: string, options: AddOptions) => add(context, tenant, options))

  tenants
    .command('list')
    .description('every tenant and its state')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync tenants list'))
    .action(async (options: OutputOptions) => {
      const list = await (await context.tenantReader()).list()
      if (options.json) return printJson(list)
      printTable(
        ['tenant', 'company', 'state', 'detail'],
        list.map(({ tenant, company_id, state, state_detail, ...hibob }) => [
          ...[tenant, company_id, state],
          state_detail ?? hibobTrouble(hibob),
        ]),
        'There are no tenants: add one with `hibob-sync tenants add`',
      )
    })

  tenants
    .command('show <tenant>')
    .description('one tenant, without secrets')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync tenants show acme --json'))
    .action(async (tenant: string, options: OutputOptions) => show(await context.tenant(tenant), options))

  tenants
    .command('set <tenant>')
    .description(
      'renew credentials, change the API’s URL or the time of the nightly import; renewed credentials end `credentials_invalid`',
    )
    .option('--hibob-url <url>', 'base URL of HiBob’s API')
    .option('--service-user-id <id>', 'HiBob service user')
    .option('--service-user-token-file <file>', 'file that holds its token')
    .option('--nightly-at <HH:MM>', 'when everyone is read each night (02:00)')
    .option('--time-zone <name>', 'IANA time zone of that time (UTC)')
    .option('--alert-secret', 'make a new secret that alerts are signed with, and print it')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'hibob-sync tenants set acme --service-user-token-file new-token.txt',
        'hibob-sync tenants set acme --nightly-at 03:30 --time-zone Europe/Berlin',
        'hibob-sync tenants set acme --alert-secret',
      ),
    )
    .action((tenant: string, options: SetOptions) => set(context, tenant, options))

  tenants
    .command('rotate-url <tenant>')
    .description('make a new webhook URL; the former one ends at once')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync tenants rotate-url acme --yes'))
    .action(async (tenant: string, options: Confirmable) => {
      await context.presentTenant(tenant)
      await confirm(`Webhooks of ${tenant} to the former URL will be refused from now on.`, options.yes)
      const { token } = await (await context.tenants()).rotateToken(tenant, context.by)
      printUrl(context, tenant, token, options)
    })

  tenantSecretCommands(tenants, context)

  for (const verb of ['pause', 'resume'] as const) {
    tenants
      .command(`${verb} <tenant>`)
      .description(
        verb === 'pause' ? 'stop asking HiBob; webhooks are still taken' : 'ask HiBob again; what is due catches up',
      )
      .option('--json', 'print JSON')
      .addHelpText('after', examples(`hibob-sync tenants ${verb} acme`))
      .action(async (tenant: string, options: OutputOptions) => {
        await (await context.tenants())[verb](tenant, context.by)
        show(await context.tenant(tenant), options)
      })
  }

  tenants
    .command('remove <tenant>')
    .description('end a tenant: its users, teams and managers go, and services are told so')
    .option('--reason <text>', 'why')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync tenants remove acme --reason "contract ended" --yes'))
    .action((tenant: string, options: Confirmable & { reason?: string }) => remove(context, tenant, options))
}

async function add(context: Context, tenant: string, options: AddOptions): Promise<void> {
  if (!Value.Check(TenantId, tenant))
    throw new AppError(
      'tenant_id_invalid',
      `${tenant} cannot be a tenant id: use letters, digits, dots, dashes and underscores, at most 63, first a letter or digit`,
      { retryable: false },
    )
  if (!/^\d+$/.test(options.companyId))
    throw new AppError(
      'company_id_invalid',
      `--company-id must be a number (got ${JSON.stringify(options.companyId)}): HiBob shows it in its settings`,
      { retryable: false },
    )
  requireAllowedUrl(context, options.hibobUrl)
  const serviceUserToken = await secretFrom(options.serviceUserTokenFile)
  const signingSecret =
    options.signingSecretFile === undefined ? undefined : await secretFrom(options.signingSecretFile)
  const store = await context.tenants()
  const former = await store.get(tenant)
  if (former !== null && former.state !== 'removed')
    throw new AppError('tenant_exists', `tenant ${tenant} exists already: \`hibob-sync tenants show ${tenant}\``, {
      retryable: false,
    })
  await warnOfSameCompany(context, tenant, options.companyId)
  // a removal may have been cut short before the log knew of it: nobody of the former tenant lives on in the new one
  if (former !== null) await context.append('tenant.removed', tenant, { by: context.by, reason: 'added again' })
  // the log knows the tenant before its first webhook can come
  await context.append('tenant.added', tenant, { by: context.by })
  const { companyId, hibobUrl, serviceUserId } = options
  const { token } = await store.add(
    {
      tenant,
      companyId,
      hibobUrl,
      serviceUserId,
      serviceUserToken,
      ...(signingSecret === undefined ? {} : { signingSecret }),
    },
    context.by,
  )
  printUrl(context, tenant, token, options)
  if (!options.json) say(`Next, see whether HiBob shows everything that is needed: hibob-sync hibob check ${tenant}`)
}

/** Nothing forbids it, such as inside one's own network. */
function isReadOnTheWay(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)
}

/** Throws AppError `hibob_url_not_allowed`. */
function requireAllowedUrl(context: Context, url: string): void {
  const problem = webUrlProblem(url)
  if (problem !== null) throw new AppError('hibob_url_not_allowed', `--hibob-url ${problem}`, { retryable: false })
  assertAllowedUrl(url, commaList(context.settings().HIBOB_ALLOWED_URLS))
}

/** Nothing forbids it, such as for a trial beside the real one; mostly it is a slip. */
async function warnOfSameCompany(context: Context, tenant: string, companyId: string): Promise<void> {
  const others = (await (await context.tenantReader()).list())
    .filter(other => other.company_id === companyId && other.tenant !== tenant && other.state !== 'removed')
    .map(other => other.tenant)
  if (others.length > 0)
    say(`Warning: company ${companyId} is also that of ${others.join(', ')}: its people are now read and told twice`)
}

async function set(context: Context, tenant: string, options: SetOptions): Promise<void> {
  const store = await context.tenants()
  const { nightly_at, time_zone } = await context.presentTenant(tenant)
  const isNightly = options.nightlyAt !== undefined || options.timeZone !== undefined
  const others = [options.hibobUrl, options.serviceUserTokenFile, options.alertSecret]
  if (others.every(option => option === undefined) && !isNightly)
    throw new AppError(
      'nothing_to_set',
      options.serviceUserId === undefined
        ? 'Nothing to set: pass --hibob-url, --service-user-token-file, --nightly-at, --time-zone or --alert-secret'
        : 'Another service user has another token: pass --service-user-token-file too',
      { retryable: false },
    )
  // everything that can be refused is looked at before anything is set
  if (options.hibobUrl !== undefined) requireAllowedUrl(context, options.hibobUrl)
  const serviceUserToken =
    options.serviceUserTokenFile === undefined ? undefined : await secretFrom(options.serviceUserTokenFile)
  if (isNightly) {
    const nightly = { at: options.nightlyAt ?? nightly_at, timeZone: options.timeZone ?? time_zone }
    await store.setNightly(tenant, nightly, context.by)
  }
  if (options.hibobUrl !== undefined) await store.setHibobUrl(tenant, options.hibobUrl, context.by)
  if (serviceUserToken !== undefined) {
    await store.setCredentials(
      tenant,
      { serviceUserToken, ...(options.serviceUserId === undefined ? {} : { serviceUserId: options.serviceUserId }) },
      context.by,
    )
  }
  if (!options.alertSecret) return show(await context.tenant(tenant), options)
  const { secret } = await store.renewAlertSecret(tenant, context.by)
  if (options.json) return printJson({ ...(await context.tenant(tenant)), alert_secret: secret })
  process.stdout.write(`${secret}\n`)
  say('Alerts are signed with this secret, as Standard Webhooks has it, from now on. It is shown only now.')
}

async function remove(context: Context, tenant: string, options: Confirmable & { reason?: string }): Promise<void> {
  const found = await context.tenant(tenant)
  const { users } = await (await context.models()).counts(tenant)
  await confirm(
    `Tenant ${tenant} ends: its ${users} users, its teams, managers and snapshots are removed, and services are told so.`,
    options.yes,
  )
  // first nobody can reach it any more, then the log says so: it is asked whether it answers before anything is done
  await context.partitions()
  if (found.state !== 'removed') await (await context.tenants()).markRemoved(tenant, context.by)
  await context
    .append('tenant.removed', tenant, {
      by: context.by,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    })
    .catch(cause => {
      const message = `tenant ${tenant} is closed, but the log does not know it yet (${errorCode(cause)}), so its users stay: repeat the same command`
      throw new AppError('tenant_removal_unfinished', message, { retryable: true, cause })
    })
  const mongo = await context.mongo()
  await pendingReads(mongo).forgetTenant(tenant, Number.MAX_SAFE_INTEGER)
  await parkedEvents(mongo).forgetTenant(tenant, Number.MAX_SAFE_INTEGER)
  await listSchedule(mongo).forget(tenant)
  await importStore(mongo).forgetTenant(tenant, Number.MAX_SAFE_INTEGER)
  if (options.json) printJson({ tenant, state: 'removed' })
  else say(`Tenant ${tenant} is removed; its read models go as soon as the projector has folded the event`)
}

/** Of a tenant whom HiBob does not answer at present. */
function hibobTrouble({ hibob_failure, hibob_failed_at }: Pick<Tenant, 'hibob_failure' | 'hibob_failed_at'>) {
  return hibob_failure === null ? null : `HiBob failed at ${hibob_failed_at}: ${hibob_failure}`
}

function show(tenant: Tenant, { json }: OutputOptions): void {
  if (json) return printJson(tenant)
  const { secrets, hibob_notes, ...plain } = tenant
  const texts = {
    ...plain,
    hibob_notes: hibob_notes.map(textOfNote).join('; ') || null,
    secrets: secrets.map(({ id, valid_from }) => `${id} (since ${valid_from})`).join(', '),
  }
  const rows = Object.keys(tenant).map(name => [name, texts[name as keyof Tenant]])
  printTable(['', tenant.tenant], rows, '')
}

const textOfNote = ({ endpoint, path, expected, found, count }: HibobNote) =>
  `${endpoint}: expected ${expected} at ${path}, found ${found}${count > 1 ? ` (${count} times)` : ''}`

function printUrl(context: Context, tenant: string, token: string, { json }: OutputOptions): void {
  const webhook_url = `${withoutSlash(context.settings().PUBLIC_URL)}/webhooks/hibob/${token}`
  if (json) return printJson({ tenant, webhook_url })
  process.stdout.write(`${webhook_url}\n`)
  if (['localhost', '127.0.0.1', '[::1]'].includes(new URL(webhook_url).hostname))
    say('Warning: HiBob cannot reach this URL. Set PUBLIC_URL to the address at which HiBob reaches the ingress.')
  if (isReadOnTheWay(webhook_url))
    say(
      'Warning: over http:// everybody on the way can read webhooks and this URL. Set PUBLIC_URL to an https:// address.',
    )
  say('Put this URL into HiBob (System settings > Integrations > Webhooks). It is shown only now.')
}
