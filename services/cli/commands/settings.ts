// `settings`: what a customer decides, as one document. Every change is an event: previewed, recorded with who and why, and taken back.
import type { PersonPreview, SettingsVersion } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import { type Command, InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, printTable, say } from '../output.ts'
import { type ChangeOptions, changeSettings } from '../settings/change-settings.ts'
import { checkDocument } from '../settings/check-document.ts'
import { editDocument, forgetDocument } from '../settings/edit-document.ts'
import { msPerPerson } from '../settings/person-cost.ts'
import { readDocument } from '../settings/read-document.ts'
import { readHistory, versionOf } from '../settings/read-history.ts'
import { runPreview } from '../settings/run-preview.ts'
import { showCost, showCounts, showPeople, showSteps } from '../settings/show-preview.ts'
import { visibleJson } from '../visible.ts'

const shownMax = 20
const schema = 'docs/contracts/settings.schema.json'

export function settingsCommands(program: Command, context: Context): void {
  const settings = program
    .command('settings')
    .description('what a tenant decides: mapping, scope, invites, leavers, the brake; as one JSON document')

  settings
    .command('show <tenant>')
    .description('the document in force, or a former one')
    .option('--version <number>', 'a former version', wholeNumber)
    .option('--json', 'print it with its version, who and when')
    .addHelpText(
      'after',
      examples('hibob-sync settings show acme > settings.json', 'hibob-sync settings show acme --json'),
    )
    .action((tenant: string, options: OutputOptions & { version?: number }) => show(context, tenant, options))

  settings
    .command('set <tenant>')
    .description('show what a document would do, then make it the one in force')
    .requiredOption('--file <file>', 'the document; - for standard input')
    .option('--reason <text>', 'why')
    .option('--based-on <version>', 'the version that it was made from (the one in force)', wholeNumber)
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples('hibob-sync settings set acme --file settings.json --reason "teams by sub-department"', 'hibob-sync settings set acme --file - --based-on 3 --yes --json < settings.json')}\n\nThe document's JSON Schema is ${schema}.`,
    )
    .action(async (tenant: string, options: ChangeOptions & { file: string }) => {
      await context.presentTenant(tenant)
      const document = await readDocument(options.file)
      const kept = options.file === '-' ? 'where it came from' : `in ${options.file}`
      await changeSettings(context, tenant, document, options, kept)
    })

  settings
    .command('edit <tenant>')
    .description('open the document in force in $EDITOR, then set it')
    .option('--reason <text>', 'why')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync settings edit acme'))
    .action((tenant: string, options: ChangeOptions) => edit(context, tenant, options))

  settings
    .command('history <tenant>')
    .description('every version: who, when, why, and whether it applied')
    .option('--json', 'print JSON, with the documents')
    .addHelpText('after', examples('hibob-sync settings history acme'))
    .action((tenant: string, options: OutputOptions) => history(context, tenant, options))

  settings
    .command('preview <tenant>')
    .description('what a document would do to each person; nothing is written')
    .requiredOption('--file <file>', 'the document; - for standard input')
    .option('--user <id>', 'one person, with every step')
    .option('--json', 'print JSON, with every person of whom anything becomes otherwise')
    .addHelpText(
      'after',
      examples(
        'hibob-sync settings preview acme --file settings.json',
        'hibob-sync settings preview acme --file settings.json --user 3400000000000000001',
      ),
    )
    .action((tenant: string, options: OutputOptions & { file: string; user?: string }) =>
      preview(context, tenant, options),
    )

  settings
    .command('rollback <tenant>')
    .description('make a former document the one in force again, as a new version')
    .option('--to <version>', 'which (the one before the present one; 0: none)', wholeNumber)
    .option('--reason <text>', 'why')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'hibob-sync settings rollback acme --reason "wrong field"',
        'hibob-sync settings rollback acme --to 3 --yes',
      ),
    )
    .action((tenant: string, options: ChangeOptions & { to?: number }) => rollBack(context, tenant, options))
}

async function show(context: Context, tenant: string, { json, version }: OutputOptions & { version?: number }) {
  await context.presentTenant(tenant)
  const found = version === undefined ? await inForce(context, tenant) : await versionOf(context, tenant, version)
  if (json) return printJson({ tenant, ...found })
  process.stdout.write(`${visibleJson(found.settings, 2)}\n`)
  say(found.version === 0 ? `${tenant} has no settings of its own` : `Version ${found.version} of ${tenant}`)
}

async function inForce(context: Context, tenant: string) {
  const { version, settings, eventId } = await (await context.models()).settingsOf(tenant)
  return { version, event_id: eventId, settings }
}

async function edit(context: Context, tenant: string, options: ChangeOptions): Promise<void> {
  await context.presentTenant(tenant)
  const { settings, version } = await (await context.models()).settingsOf(tenant)
  const file = await editDocument(tenant, settings)
  if (file === null) return say('Nothing was changed')
  try {
    const document = await readDocument(file)
    await changeSettings(context, tenant, document, { ...options, basedOn: version }, `in ${file}`)
  } catch (error) {
    if (error instanceof AppError && error.code !== 'settings_refused' && error.code !== 'settings_outdated')
      say(`What was written is kept in ${file}: go on with hibob-sync settings set ${tenant} --file ${file}`)
    throw error
  }
  await forgetDocument(file)
}

async function history(context: Context, tenant: string, { json }: OutputOptions): Promise<void> {
  await context.tenant(tenant)
  const versions = await readHistory(context, tenant)
  if (json) return printJson(versions)
  const row = ({ version, standing, at, by, reason, based_on }: SettingsVersion) => [
    version,
    standing === 'in_force' ? 'in force' : standing === 'refused' ? `refused (made from ${based_on})` : 'former',
    at,
    by,
    reason,
  ]
  printTable(['version', '', 'when', 'who', 'why'], versions.map(row), `${tenant} has no settings of its own`)
}

async function preview(context: Context, tenant: string, options: OutputOptions & { file: string; user?: string }) {
  await context.presentTenant(tenant)
  const document = await readDocument(options.file)
  const { settings, fieldsChecked } = await checkDocument(context, tenant, document, options)
  const { user: userId, json } = options
  const people: PersonPreview[] = []
  let all = 0
  const { counts, cost, version, person } = await runPreview(context, tenant, settings, {
    ...(userId === undefined ? {} : { userId }),
    onPerson(found) {
      all++
      if (json || people.length < shownMax) people.push(found)
    },
  })
  if (userId !== undefined) {
    if (person === null)
      throw new AppError('not_found', `nobody with id ${userId} is known of ${tenant}`, { retryable: false })
    const found = person.preview
    if (json) return printJson({ tenant, user: userId, based_on: version, steps: person.steps, outcome: found })
    showSteps(person.steps)
    return showPeople(found === null ? [] : [found], found === null ? 0 : 1)
  }
  const ms_per_person = msPerPerson(cost)
  if (json)
    return printJson({ tenant, based_on: version, fields_checked: fieldsChecked, ms_per_person, counts, people })
  showCounts(counts)
  showCost(ms_per_person)
  showPeople(people, all)
}

async function rollBack(context: Context, tenant: string, options: ChangeOptions & { to?: number }): Promise<void> {
  await context.presentTenant(tenant)
  const { version, former } = await (await context.models()).settingsOf(tenant)
  if (version === 0)
    throw new AppError('nothing_to_roll_back', `${tenant} has no settings to take back`, { retryable: false })
  const { to } = options
  const document = to === undefined ? former : to === 0 ? {} : (await versionOf(context, tenant, to)).settings
  const reason = options.reason ?? `back to ${to === undefined ? 'the former' : `version ${to}`}`
  const kept = 'in the log (hibob-sync settings history)'
  await changeSettings(context, tenant, document, { ...options, reason, basedOn: version }, kept)
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}
