// `verify`: are the read models what the log folds to? Exit status 0 when they are, 1 when they differ.
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, say } from '../output.ts'
import { jsonDifferences, showDifferences, withReplayParts } from '../replay-parts.ts'

export function verifyCommand(program: Command, context: Context): void {
  program
    .command('verify <tenant>')
    .description('fold a tenant’s log anew and compare it with the live read models')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples('hibob-sync verify acme', 'hibob-sync verify acme --json')}\n\nExit status: 0 when equal, 1 when something differs.`,
    )
    .action(async (tenant: string, options: OutputOptions) => {
      const { verifyTenant } = await import('@hibob-sync/replay')
      const verified = await withReplayParts(context, tenant, parts => verifyTenant(parts))
      const { events, offset, users, documents, parked, count } = verified
      if (options.json)
        printJson({
          tenant,
          equal: count === 0,
          offset,
          events,
          users,
          documents,
          parked,
          differences: jsonDifferences(verified),
        })
      else if (count === 0) say(`Equal: ${documents} documents of ${tenant} are what its ${events} events fold to`)
      else showDifferences(verified)
      if (count > 0)
        throw new AppError(
          'read_models_differ',
          `the read models of ${tenant} are not what its log folds to: \`hibob-sync replay ${tenant}\` builds them anew`,
          { retryable: false },
        )
    })
}
