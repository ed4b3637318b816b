// `resend`: Learn Amp services are told the current state again.
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import { askResend } from '../ask-resend.ts'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, say } from '../output.ts'

export function resendCommand(program: Command, context: Context): void {
  program
    .command('resend <tenant>')
    .description('tell Learn Amp services the current state of users and teams again')
    .option('--user <id...>', 'only these users')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync resend acme', 'hibob-sync resend acme --user 3400000000000000001'))
    .action(async (tenant: string, options: OutputOptions & { user?: string[] }) => {
      const { state } = await context.tenant(tenant)
      if (state === 'removed')
        throw new AppError('tenant_removed', `tenant ${tenant} is removed: there is nothing to tell again`, {
          retryable: false,
        })
      for (const id of options.user ?? []) await requireUser(context, tenant, id)
      const { resendId, eventId } = await askResend(context, tenant, options.user)
      if (options.json) printJson({ tenant, resend_id: resendId, event_id: eventId })
      else
        say(
          `Requested: the projector tells ${options.user === undefined ? 'everything' : `${options.user.length} users`} of ${tenant} again`,
        )
    })
}

async function requireUser(context: Context, tenant: string, id: string): Promise<void> {
  for await (const _ of (await context.models()).users(tenant, { id, all: true })) return
  throw new AppError('not_found', `there is no user of ${tenant} with id ${id}: nothing was asked for`, {
    retryable: false,
  })
}
