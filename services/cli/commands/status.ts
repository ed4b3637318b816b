// `status`: how far everything is, at one glance.
import { logEnds } from '@hibob-sync/kafka'
import { importerCheckpoints, outbox, parkedEvents, pendingReads, projectorCheckpoints } from '@hibob-sync/mongo'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { type OutputOptions, printJson, printTable } from '../output.ts'

export interface Status {
  log: { events: number }
  importer: { lag: number }
  projector: { lag: number; unsent_changes: number }
  pending_reads: number
  parked: number
  tenants: {
    tenant: string
    state: string
    users: number
    teams: number
    managers: number
    pending_reads: number
    parked: number
  }[]
}

export function statusCommand(program: Command, context: Context): void {
  program
    .command('status')
    .description('how far the services are, and how tenants are')
    .option('--json', 'print JSON')
    .action(async (options: OutputOptions) => {
      const status = await readStatus(context)
      if (options.json) return printJson(status)
      printTable(
        ['', ''],
        [
          ['events in the log', status.log.events],
          ['importer lag', status.importer.lag],
          ['projector lag', status.projector.lag],
          ['changes to send', status.projector.unsent_changes],
          ['people to read', status.pending_reads],
          ['parked', status.parked],
        ],
        '',
      )
      printTable(
        ['tenant', 'state', 'users', 'teams', 'managers', 'to read', 'parked'],
        status.tenants.map(tenant => [
          tenant.tenant,
          tenant.state,
          tenant.users,
          tenant.teams,
          tenant.managers,
          tenant.pending_reads,
          tenant.parked,
        ]),
        'There are no tenants: add one with `hibob-sync tenants add`',
      )
    })
}

export async function readStatus(context: Context): Promise<Status> {
  const mongo = await context.mongo()
  const ends = await context.withKafka(client => logEnds(client, context.topics().events))
  const projector = projectorCheckpoints(mongo)
  const importer = importerCheckpoints(mongo)
  const box = outbox(mongo)
  const sum = { events: 0, importerLag: 0, projectorLag: 0, unsent: 0 }
  for (const [partition, { low, high }] of ends) {
    const folded = await projector.load(partition)
    const taken = await importer.load(partition)
    sum.events += high - low
    sum.projectorLag += high - (folded?.position.offset ?? low)
    sum.importerLag += high - (taken?.offset ?? low)
    if (folded !== null) sum.unsent += await box.unsentCount(partition, folded.published)
  }
  const pending = pendingReads(mongo)
  const parked = parkedEvents(mongo)
  const models = await context.models()
  const tenants: Status['tenants'] = []
  for (const { tenant, state } of await (await context.tenantReader()).list()) {
    tenants.push({
      tenant,
      state,
      ...(await models.counts(tenant)),
      pending_reads: await pending.count(tenant),
      parked: await parked.count(tenant),
    })
  }
  return {
    log: { events: sum.events },
    importer: { lag: sum.importerLag },
    projector: { lag: sum.projectorLag, unsent_changes: sum.unsent },
    pending_reads: await pending.count(),
    parked: await parked.count(),
    tenants,
  }
}
