// `status`: how far everything is, at one glance.
import { checkLog, logEnds } from '@hibob-sync/kafka'
import {
  type HibobNote,
  type ImportDrift,
  importerCheckpoints,
  importStore,
  type Mongo,
  outbox,
  parkedEvents,
  pendingReads,
  projectorCheckpoints,
  replays,
  serviceBeats,
  undeliveredChanges,
} from '@hibob-sync/mongo'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, printTable } from '../output.ts'

interface PartitionStatus {
  partition: number
  events: number
  importer_lag: number
  projector_lag: number
  unsent_changes: number
}

const undeliveredNamed = 10

export interface Status {
  log: { events: number }
  /** `clock_skew_s`: how far the clock of the importer that spoke last is ahead of MongoDB's and of the brokers', in seconds. */
  importer: { lag: number; clock_skew_s: { mongodb: number | null; kafka: number | null } }
  projector: { lag: number; unsent_changes: number }
  pending_reads: number
  parked: number
  /** Changes that Kafka does not take. */
  undelivered: number
  /** Those that hold events. */
  partitions: PartitionStatus[]
  /** Those under way. */
  replays: { tenant: string; purpose: string; state: string; events: number; folded: number; started_at: string }[]
  tenants: {
    tenant: string
    state: string
    partition: number
    users: number
    teams: number
    managers: number
    pending_reads: number
    parked: number
    undelivered: number
    /** Ids of the first of them, as `parked show` takes them. */
    undelivered_changes: string[]
    /** Why HiBob did not answer when it was last asked; null when it did. */
    hibob_failure: string | null
    hibob_failed_at: string | null
    /** Which parts of HiBob's newest answers could not be read and were passed over. */
    hibob_notes: HibobNote[]
    import: ImportStatus | null
  }[]
}

/** The newest import; `failure` says why it failed or waits; `drift` is the newest completed one's: people changed without a webhook, by HiBob field. */
interface ImportStatus {
  import_id: string
  reason: string
  state: string
  requested_at: string
  ended_at: string | null
  seen: number
  failure: string | null
  drift: ImportDrift | null
}

export function statusCommand(program: Command, context: Context): void {
  program
    .command('status')
    .description('how far the services are, and how tenants are')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync status', 'hibob-sync status --json'))
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
          ['undelivered changes', status.undelivered],
          ['importer’s clock', skewText(status.importer.clock_skew_s)],
        ],
        '',
      )
      printTable(
        ['partition', 'events', 'importer lag', 'projector lag', 'changes to send'],
        status.partitions.map(one => [
          one.partition,
          one.events,
          one.importer_lag,
          one.projector_lag,
          one.unsent_changes,
        ]),
        'The log is empty',
      )
      if (status.replays.length > 0)
        printTable(
          ['under way', 'tenant', 'state', 'events folded', 'begun'],
          status.replays.map(({ tenant, purpose, state, events, folded, started_at }) => [
            purpose,
            tenant,
            state,
            `${folded}/${events}`,
            started_at,
          ]),
          '',
        )
      printTable(
        ['tenant', 'state', 'users', 'teams', 'managers', 'to read', 'parked', 'import', 'drift', 'partition'],
        status.tenants.map(tenant => [
          tenant.tenant,
          tenant.state,
          tenant.users,
          tenant.teams,
          tenant.managers,
          tenant.pending_reads,
          tenant.parked,
          importText(tenant.import),
          driftText(tenant.import?.drift ?? null),
          tenant.partition,
        ]),
        'There are no tenants: add one with `hibob-sync tenants add`',
      )
      const undelivered = status.tenants.filter(tenant => tenant.undelivered > 0)
      if (undelivered.length > 0)
        printTable(
          ['Kafka does not take', 'changes', 'such as (hibob-sync parked list)'],
          undelivered.map(tenant => [tenant.tenant, tenant.undelivered, tenant.undelivered_changes.join(' ')]),
          '',
        )
      const failing = status.tenants.filter(tenant => tenant.hibob_failure !== null)
      if (failing.length > 0)
        printTable(
          ['HiBob fails', 'last at', 'why'],
          failing.map(tenant => [tenant.tenant, tenant.hibob_failed_at, tenant.hibob_failure]),
          '',
        )
      const notes = status.tenants.flatMap(({ tenant, hibob_notes }) => hibob_notes.map(note => ({ tenant, ...note })))
      if (notes.length > 0)
        printTable(
          ['passed over', 'asked with', 'at', 'expected', 'found', 'times'],
          notes.map(note => [note.tenant, note.endpoint, note.path, note.expected, note.found, note.count]),
          '',
        )
      const troubled = status.tenants.filter(tenant => tenant.import?.failure != null)
      if (troubled.length > 0)
        printTable(
          ['import of', 'state', 'why'],
          troubled.map(tenant => [tenant.tenant, tenant.import?.state ?? null, tenant.import?.failure ?? null]),
          '',
        )
    })
}

export async function readStatus(context: Context): Promise<Status> {
  await context.partitions()
  const mongo = await context.mongo()
  const partitions = await partitionStatus(context, mongo)
  const sum = (of: (partition: PartitionStatus) => number) => partitions.reduce((total, one) => total + of(one), 0)
  const pending = pendingReads(mongo)
  const parked = parkedEvents(mongo)
  const undelivered = undeliveredChanges(mongo)
  const models = await context.models()
  const tenants: Status['tenants'] = []
  for (const { tenant, state, hibob_failure, hibob_failed_at, hibob_notes } of await (
    await context.tenantReader()
  ).list()) {
    tenants.push({
      tenant,
      state,
      partition: await context.partitionOf(tenant),
      ...(await models.counts(tenant)),
      pending_reads: await pending.count(tenant),
      parked: await parked.count(tenant),
      undelivered: await undelivered.count(tenant),
      undelivered_changes: (await undelivered.list(tenant, undeliveredNamed)).map(({ _id }) => _id),
      hibob_failure,
      hibob_failed_at,
      hibob_notes,
      import: await importStatus(mongo, tenant),
    })
  }
  return {
    log: { events: sum(({ events }) => events) },
    importer: { lag: sum(({ importer_lag }) => importer_lag), clock_skew_s: await importerSkews(mongo) },
    projector: { lag: sum(({ projector_lag }) => projector_lag), unsent_changes: sum(one => one.unsent_changes) },
    pending_reads: await pending.count(),
    parked: await parked.count(),
    undelivered: await undelivered.count(),
    partitions,
    replays: (await replays(mongo).list()).map(replay => ({
      tenant: replay.tenantId,
      purpose: replay.purpose,
      state: replay.state,
      events: replay.progress?.events ?? 0,
      folded: replay.progress?.folded ?? 0,
      started_at: replay.startedAt.toISOString(),
    })),
    tenants,
  }
}

async function importerSkews(mongo: Mongo): Promise<Status['importer']['clock_skew_s']> {
  const { mongodb = null, kafka = null } = await serviceBeats(mongo).skewsOf('importer')
  const seconds = (ms: number | null) => (ms === null ? null : Math.round(ms / 1000))
  return { mongodb: seconds(mongodb), kafka: seconds(kafka) }
}

function skewText({ mongodb, kafka }: Status['importer']['clock_skew_s']): string | null {
  const known = { MongoDB: mongodb, Kafka: kafka }
  const apart = Object.entries(known).flatMap(([name, skew]) =>
    skew === null ? [] : [`${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'ahead of'} ${name}`],
  )
  return apart.length === 0 ? null : apart.join(', ')
}

async function partitionStatus(context: Context, mongo: Mongo): Promise<PartitionStatus[]> {
  const readEnds = () => context.withKafka(client => logEnds(client, context.topics().events))
  const ends = await readEnds()
  const projector = projectorCheckpoints(mongo)
  const importer = importerCheckpoints(mongo)
  const box = outbox(mongo)
  const found: PartitionStatus[] = []
  const ahead: { partition: number; offset: number }[] = []
  for (const [partition, { low, high }] of ends) {
    const folded = await projector.load(partition)
    const taken = await importer.load(partition)
    const positions = [taken?.offset ?? low, folded?.position.offset ?? low]
    if (Math.max(...positions) > high) ahead.push({ partition, offset: Math.max(...positions) })
    if (high === low) continue
    const [importerLag, projectorLag] = positions.map(offset => Math.max(0, high - offset)) as [number, number]
    found.push({
      partition,
      events: high - low,
      importer_lag: importerLag,
      projector_lag: projectorLag,
      unsent_changes: folded === null ? 0 : await box.unsentCount(partition, folded.published),
    })
  }
  // a log grows while it is looked at; one that still ends before a position was cut
  const endsNow = ahead.length === 0 ? ends : await readEnds()
  for (const { partition, offset } of ahead)
    checkLog({ partition, offset, done: 'read' }, endsNow.get(partition) ?? { low: 0, high: 0 })
  return found.sort((a, b) => a.partition - b.partition)
}

async function importStatus(mongo: Mongo, tenant: string): Promise<ImportStatus | null> {
  const imports = importStore(mongo)
  const [newest, completed] = [await imports.newest(tenant), await imports.newestCompleted(tenant)]
  if (newest === null) return null
  return {
    import_id: newest._id,
    reason: newest.reason,
    state: newest.state,
    requested_at: newest.requestedAt.toISOString(),
    ended_at: newest.endedAt?.toISOString() ?? null,
    seen: newest.counts.seen,
    failure: newest.outcome?.failure?.detail ?? newest.waiting,
    drift: completed?.outcome?.drift ?? null,
  }
}

function importText(one: ImportStatus | null): string | null {
  if (one === null) return null
  return one.ended_at === null ? `${one.state}, ${one.seen} people` : `${one.state} ${one.ended_at.slice(0, 16)}`
}

function driftText(drift: ImportDrift | null): string | null {
  return drift === null ? null : drift.fields.map(({ field, people }) => `${field} ${people}`).join(' ') || 'none'
}
