// `hibob check`: can everything that is needed be read from a tenant's HiBob? Exit status 0 when all is well, 1 when something needs attention.
import { access, chmod, constants, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { needsOf } from '@hibob-sync/domain'
import { assertAllowedUrl, type Recording, recordingText } from '@hibob-sync/hibob'
import { tenantStates } from '@hibob-sync/mongo'
import { AppError, commaList, errorCode, proxiesOf } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { checkTenant } from '../hibob-check/check-tenant.ts'
import { examples, type OutputOptions, printJson, say } from '../output.ts'
import { progressDisplay } from '../progress.ts'
import { showHibobCheck } from '../show-hibob-check.ts'

interface CheckOptions extends OutputOptions {
  record?: string
  force?: boolean
}

export function hibobCommands(program: Command, context: Context): void {
  const hibob = program.command('hibob').description('see what a tenant’s HiBob shows')

  hibob
    .command('check <tenant>')
    .description('ask HiBob for everything that is needed, once, and say what is missing and where to grant it')
    .option('--record <file>', 'write the shapes of HiBob’s answers, without any values, for a report')
    .option('--force', 'replace the file if it exists')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples(
        'hibob-sync hibob check acme',
        'hibob-sync hibob check acme --json',
        'hibob-sync hibob check acme --record shapes.json',
      )}\n\nNothing is changed, in HiBob or here. Exit status: 0 when all is well, 1 when something needs attention.`,
    )
    .action((tenant: string, options: CheckOptions) => check(context, tenant, options))
}

async function check(context: Context, tenant: string, { record, force, json }: CheckOptions): Promise<void> {
  const { state } = await context.presentTenant(tenant)
  if (record !== undefined) await requireWritable(record, force === true)
  const { serviceUserId, token, hibobUrl } = await (await context.tenants()).credentials(tenant)
  const needs = needsOf(await tenantStates(await context.mongo()).live(tenant))
  const display = progressDisplay()
  let done = 0
  const { report, recording } = await checkTenant({
    tenant,
    isStopped: state === 'credentials_invalid',
    baseUrl: assertAllowedUrl(hibobUrl, commaList(context.settings().HIBOB_ALLOWED_URLS)),
    serviceUserId,
    token: token.reveal(),
    proxies: proxiesOf(context.settings()),
    needs,
    onStep(label, people) {
      done = people === 0 ? 0 : done + people
      if (process.stderr.isTTY) display.show({ label, done, total: 0, unit: 'people' })
    },
  }).finally(() => display.end())
  if (json) printJson(report)
  else showHibobCheck(report)
  if (record !== undefined) await write(record, recording, force === true)
  const count = report.findings.filter(({ level }) => level === 'attention').length
  if (count > 0)
    throw new AppError(
      'hibob_needs_attention',
      `${count === 1 ? '1 thing needs' : `${count} things need`} attention in the HiBob of ${tenant}`,
      { retryable: false },
    )
  if (json) return
  const hasNotes = report.findings.some(({ level }) => level === 'note')
  say(
    hasNotes
      ? 'Nothing needs attention; look at the notes'
      : `All is well: everything that ${tenant} needs can be read`,
  )
}

/** Before anything is asked. */
async function requireWritable(file: string, replace: boolean): Promise<void> {
  const exists = await access(file).then(
    () => true,
    () => false,
  )
  if (exists && !replace) throw existing(file)
  await access(dirname(file), constants.W_OK).catch(cause => {
    throw unwritable(file, cause)
  })
}

async function write(file: string, recording: Recording, replace: boolean): Promise<void> {
  try {
    await writeFile(file, recordingText(recording), { mode: 0o600, flag: replace ? 'w' : 'wx' })
    await chmod(file, 0o600)
  } catch (cause) {
    throw errorCode(cause) === 'EEXIST' ? existing(file) : unwritable(file, cause)
  }
  say(
    `The shapes of ${recording.calls.length} answers are in ${file}: no values, no ids, no names. Read it before you pass it on.`,
  )
}

const unwritable = (file: string, cause: unknown) =>
  new AppError('file_unwritable', `${file} cannot be written (${errorCode(cause)}): check the path`, {
    retryable: false,
    cause,
  })

const existing = (file: string) =>
  new AppError('file_exists', `${file} exists: pass another name, or --force to replace it`, { retryable: false })
