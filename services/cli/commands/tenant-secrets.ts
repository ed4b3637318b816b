// `tenants add-secret` and `remove-secret`: what a tenant's webhooks may be signed with. Two are valid while HiBob changes from one to the other.
import { secretUnknown } from '@hibob-sync/mongo'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { secretFrom } from '../files/secret-file.ts'
import { type Confirmable, confirm, examples, type OutputOptions, printJson, say } from '../output.ts'

export function tenantSecretCommands(tenants: Command, context: Context): void {
  tenants
    .command('add-secret <tenant>')
    .description('accept a further signing secret, beside those that are valid')
    .requiredOption('--signing-secret-file <file>', 'file that holds the secret')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync tenants add-secret acme --signing-secret-file new-secret.txt'))
    .action(async (tenant: string, options: OutputOptions & { signingSecretFile: string }) => {
      const { id } = await (await context.tenants()).addSecret(
        tenant,
        await secretFrom(options.signingSecretFile),
        context.by,
      )
      if (options.json) printJson({ tenant, secret_id: id })
      else
        say(
          `Secret ${id} is valid from now on. Remove the former one when HiBob uses the new one: hibob-sync tenants remove-secret ${tenant} <id>`,
        )
    })

  tenants
    .command('remove-secret <tenant> <secret>')
    .description('refuse what is signed with a secret from now on')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync tenants remove-secret acme 1f2e3d4c --yes'))
    .action(async (tenant: string, secret: string, options: Confirmable) => {
      const { secrets } = await context.tenant(tenant)
      if (!secrets.some(({ id }) => id === secret)) throw secretUnknown(tenant, secret)
      await confirm(`Webhooks of ${tenant} signed with secret ${secret} will be refused from now on.`, options.yes)
      await (await context.tenants()).removeSecret(tenant, secret, context.by)
      if (options.json) printJson({ tenant, removed: secret })
      else say(`Secret ${secret} is removed`)
    })
}
