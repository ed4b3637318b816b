// `snapshots`: tenants as they were at some time, kept under names by `replay --to --snapshot`.
import { auditLog, removeGenerationOf, snapshots } from '@hibob-sync/mongo'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { confirm, examples, type OutputOptions, printJson, printTable, say } from '../output.ts'
import { shownSnapshot } from '../snapshot-report.ts'

export function snapshotCommands(program: Command, context: Context): void {
  const group = program
    .command('snapshots')
    .description('tenants as they were at some time, kept by `replay --to <time> --snapshot <name>`')

  group
    .command('list <tenant>')
    .description('the snapshots of a tenant')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync snapshots list acme', 'hibob-sync users acme --snapshot before-merger'))
    .action(async (tenant: string, { json }: OutputOptions) => {
      await context.tenant(tenant)
      const list = (await snapshots(await context.mongo()).list(tenant)).map(shownSnapshot)
      if (json) return printJson(list)
      printTable(
        ['name', 'as of', 'users', 'teams', 'managers', 'made', 'by'],
        list.map(one => [one.name, one.as_of, one.users, one.teams, one.managers, one.made_at, one.by]),
        `There is no snapshot of ${tenant}`,
      )
    })

  group
    .command('remove <tenant> <name>')
    .description('remove a snapshot; the log stays, so it can be made again')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync snapshots remove acme before-merger'))
    .action(async (tenant: string, name: string, { json, yes }: OutputOptions & { yes?: boolean }) => {
      await context.tenant(tenant)
      const mongo = await context.mongo()
      const store = snapshots(mongo)
      const { snapshot } = await store.get(tenant, name)
      await confirm(
        `The snapshot ${name} of ${tenant} as of ${snapshot.asOf.toISOString()} goes, with its ${snapshot.users} users.`,
        yes,
      )
      await removeGenerationOf(mongo, await store.remove(tenant, name))
      await auditLog(mongo).record({ tenantId: tenant, act: 'tenant.snapshot.remove', by: context.by, detail: name })
      if (json) printJson({ tenant, name, removed: true })
      else say(`The snapshot ${name} of ${tenant} is removed`)
    })
}
