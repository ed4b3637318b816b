// `users`, `teams`, `managers`: the read models of a tenant, live or of a snapshot.
import { type ManagerListing, managerProblems, type TeamListing, type UserListing } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, printJsonArray, printTable } from '../output.ts'

type ListOptions = OutputOptions & {
  id?: string
  snapshot?: string
  all?: boolean
  unseen?: boolean
  flagged?: boolean
  held?: boolean
  problems?: boolean
}

export function listCommands(program: Command, context: Context): void {
  program
    .command('users <tenant>')
    .description('users as Learn Amp services are told of them')
    .option('--id <id>', 'one user')
    .option(...snapshotOption)
    .option('--all', 'the deleted too')
    .option('--unseen', 'only those whom HiBob did not show when they were asked for')
    .option(
      '--flagged',
      'only people outside the scope, unseen for long, without a known lifecycle status, or with a value that could not be read or is too long, with their flags',
    )
    .option('--held', 'only those of whom the brake keeps something back')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      examples(
        'hibob-sync users acme',
        'hibob-sync users acme --id 3400000000000000001 --json',
        'hibob-sync users acme --snapshot before-merger',
      ),
    )
    .action(async (tenant: string, options: ListOptions) => {
      const models = await context.models()
      const { all = false, unseen = false, flagged = false, held = false } = options
      const items = models.users(tenant, { ...wanted(options), all, unseen, flagged, held })
      const whyAbsent = async () => {
        const [user] = await Array.fromAsync(models.users(tenant, { ...wanted(options), all: true }))
        return user?.status === 'deleted' ? 'it is deleted: use --all' : null
      }
      const head = ['id', 'name', 'email', 'title', 'team', 'location', 'manager', 'status']
      if (!flagged) return print(context, tenant, options, { noun: 'user', items, head, row: userRow, whyAbsent })
      const row = ({ flags = [], errors = {}, ...user }: UserListing) => [
        ...userRow(user),
        [...flags, ...Object.entries(errors).map(([field, why]) => `${field}: ${why}`)].join(', '),
      ]
      await print(context, tenant, options, { noun: 'user', items, head: [...head, 'flags'], row, whyAbsent })
    })

  program
    .command('teams <tenant>')
    .description('teams and how many active and pending users are in them')
    .option('--id <id>', 'one team')
    .option(...snapshotOption)
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync teams acme', 'hibob-sync teams acme --json'))
    .action(async (tenant: string, options: ListOptions) => {
      const models = await context.models()
      const items = models.teams(tenant, wanted(options))
      await print(context, tenant, options, { noun: 'team', items, head: ['id', 'name', 'members'], row: teamRow })
    })

  program
    .command('managers <tenant>')
    .description('managers, whether they are active, and who reports to them')
    .option('--id <id>', 'one manager')
    .option(...snapshotOption)
    .option('--json', 'print JSON')
    .option('--problems', 'only those who are unknown, inactive, outside the scope, or in a circle')
    .addHelpText('after', examples('hibob-sync managers acme', 'hibob-sync managers acme --problems'))
    .action(async (tenant: string, options: ListOptions) => {
      if (options.problems) return printProblems(context, tenant, options)
      const models = await context.models()
      const items = models.managers(tenant, wanted(options))
      const head = ['id', 'state', 'direct reports']
      await print(context, tenant, options, { noun: 'manager', items, head, row: managerRow })
    })
}

const snapshotOption = ['--snapshot <name>', 'as kept by `replay --to <time> --snapshot <name>`'] as const

const wanted = ({ id, snapshot }: ListOptions) => ({
  ...(id === undefined ? {} : { id }),
  ...(snapshot === undefined ? {} : { snapshot }),
})

interface Listing<T> {
  noun: string
  items: AsyncIterable<T>
  head: string[]
  row(item: T): (string | number | null)[]
  /** Of the one that was asked for by id. */
  whyAbsent?(): Promise<string | null>
}

async function printProblems(context: Context, tenant: string, { json }: ListOptions): Promise<void> {
  const found = await managerProblems(await context.mongo(), tenant)
  if (json) return printJson(found)
  printTable(
    ['id', 'name', 'problems', 'direct reports'],
    found.map(({ id, full_name, problems, direct_reports, cycle }) => [
      id,
      full_name,
      problems
        .map(problem => (problem === 'cycle' ? `cycle ${cycle?.join(' → ')} → ${cycle?.[0]}` : problem))
        .join(', '),
      direct_reports,
    ]),
    `No manager of ${tenant} has a problem`,
  )
}

/** One that is asked for by id must be there. */
async function print<T>(
  context: Context,
  tenant: string,
  options: ListOptions,
  { noun, items, head, row, whyAbsent }: Listing<T>,
): Promise<void> {
  if (options.json && options.id === undefined) return printJsonArray(items)
  const all = await Array.fromAsync(items)
  const where = options.snapshot === undefined ? '' : ` in snapshot ${options.snapshot}`
  if (options.id !== undefined && all.length === 0) {
    const why = (await whyAbsent?.()) ?? null
    const message = `there is no ${noun} of ${tenant} with id ${options.id}${where}${why === null ? '' : `: ${why}`}`
    throw new AppError('not_found', message, { retryable: false })
  }
  if (options.json) return printJsonArray(toAsync(all))
  const isRemoved = all.length === 0 && (await context.tenant(tenant)).state === 'removed'
  const filters = (['unseen', 'flagged', 'held'] as const).filter(name => options[name])
  const empty = isRemoved
    ? `Tenant ${tenant} is removed: it has no ${noun} any more`
    : filters.length > 0
      ? `No ${noun} of ${tenant}${where} is ${filters.join(' and ')}`
      : `There is no ${noun} of ${tenant}${where || ' yet'}`
  printTable(head, all.map(row), empty)
}

async function* toAsync<T>(items: T[]): AsyncGenerator<T> {
  yield* items
}

const userRow = ({
  id,
  full_name,
  email,
  job_title,
  primary_team,
  location,
  override_manager,
  status,
}: UserListing) => [
  id,
  full_name,
  email,
  job_title,
  primary_team?.name ?? null,
  location,
  override_manager?.full_name ?? override_manager?.id ?? null,
  status,
]

const teamRow = ({ id, name, member_count }: TeamListing) => [id, name, member_count]

const managerRow = ({ id, state, direct_reports }: ManagerListing) => [
  id,
  state,
  direct_reports.length > 5
    ? `${direct_reports.slice(0, 5).join(' ')} and ${direct_reports.length - 5} more`
    : direct_reports.join(' '),
]
