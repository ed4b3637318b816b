// `explain`: why a user is as it is, or is none.
import { explain, explainedFields } from '@hibob-sync/domain'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { gatherEvidence } from '../explain/gather-evidence.ts'
import { printExplanation } from '../explain/print-explanation.ts'
import { examples, type OutputOptions, printJson } from '../output.ts'

const more = `
Each field: its value, the HiBob field it comes from, the rule, and the way of the event that gave it: when its webhook was received, when
HiBob was read, when the log had it, when it was folded and published. Only the records that lead there are read.

Exit status: 0, or 1 when nothing at all is known of the person.`

export function explainCommand(program: Command, context: Context): void {
  program
    .command('explain <tenant> <user> [field]')
    .description('why a user’s fields are as they are, or why a person is no user')
    .option('--search', 'look through all events of the tenant’s partition for the person; takes as long as the log is')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples('hibob-sync explain acme 3400000000000000001', 'hibob-sync explain acme 3400000000000000001 primary_team --json')}\n${more}`,
    )
    .action(async (tenant: string, user: string, field: string | undefined, options: OutputOptions & Search) => {
      const evidence = await gatherEvidence(context, { tenant, user, field, search: options.search })
      const fields = evidence.user === null ? [] : explainedFields(evidence.user.user)
      if (field !== undefined && evidence.user !== null && !fields.includes(field))
        throw new AppError('field_unknown', `a user has no field ${field}: there are ${fields.join(', ')}`, {
          retryable: false,
        })
      const explanation = explain(evidence, field)
      if (options.json) printJson(explanation)
      else printExplanation(explanation)
      if (explanation.standing === 'unknown')
        throw new AppError('person_unknown', `nothing is known of ${user} in ${tenant}`, { retryable: false })
    })
}

interface Search {
  search?: boolean
}
