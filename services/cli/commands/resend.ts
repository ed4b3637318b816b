// `resend`: Learn Amp services are told the current state again.
import { auditLog } from '@hibob-sync/mongo'
import type { Command } from 'commander'
import { v7 as uuidv7 } from 'uuid'
import type { Context } from '../context.ts'
import { type OutputOptions, printJson, say } from '../output.ts'

export function resendCommand(program: Command, context: Context): void {
  program
    .command('resend <tenant>')
    .description('tell Learn Amp services the current state of users and teams again')
    .option('--user <id...>', 'only these users')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  hibob-sync resend acme\n  hibob-sync resend acme --user 3400000000000000001')
    .action(async (tenant: string, options: OutputOptions & { user?: string[] }) => {
      await context.tenant(tenant)
      const resendId = uuidv7()
      const eventId = await context.append('tenant.resend.requested', tenant, {
        resendId,
        by: context.by,
        ...(options.user === undefined ? {} : { userIds: options.user }),
      })
      await auditLog(await context.mongo()).record({
        tenantId: tenant,
        act: 'tenant.resend',
        by: context.by,
        detail: resendId,
      })
      if (options.json) printJson({ tenant, resend_id: resendId, event_id: eventId })
      else
        say(
          `Requested: the projector tells ${options.user === undefined ? 'everything' : `${options.user.length} users`} of ${tenant} again`,
        )
    })
}
