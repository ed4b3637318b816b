// `holds`: what the brake on disasters keeps back until a person has looked at it.
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type DecideOptions, decideHold } from '../holds/decide-hold.ts'
import { type HoldsOptions, showHolds } from '../holds/show-holds.ts'
import { examples } from '../output.ts'

export function holdsCommands(program: Command, context: Context): void {
  const holds = program
    .command('holds')
    .description('leavers, deletions and emptied values that were too many at once, and wait for a person')

  holds
    .command('show <tenant>')
    .description('who is held, from what to what, since when, because of what')
    .option('--user <id...>', 'only these users')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync holds show acme'))
    .action(async (tenant: string, options: HoldsOptions) => {
      await context.presentTenant(tenant)
      await showHolds(context, tenant, options)
    })

  for (const [verb, verdict, description] of [
    ['approve', 'approved', 'let happen what is held'],
    ['reject', 'rejected', 'leave users as they are, until HiBob says something new of them'],
  ] as const) {
    holds
      .command(`${verb} <tenant>`)
      .description(description)
      .option('--user <id...>', 'only of these users')
      .option('--hold <id>', 'only if this hold is still the open one')
      .option('--reason <text>', 'why')
      .option('--yes', 'do not ask')
      .option('--json', 'print JSON')
      .addHelpText(
        'after',
        examples(
          `hibob-sync holds ${verb} acme --reason "checked with HR"`,
          `hibob-sync holds ${verb} acme --user 3400000000000000001 --yes`,
        ),
      )
      .action((tenant: string, options: DecideOptions) => decideHold(context, tenant, verdict, options))
  }
}
