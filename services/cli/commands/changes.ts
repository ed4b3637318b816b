// `changes`: what Learn Amp services were told of a tenant. Streamed from the history, however long it is.
import type { FieldChange } from '@hibob-sync/domain'
import { offsetForTime } from '@hibob-sync/kafka'
import {
  changeHistory,
  type OutboxChange,
  projectorCheckpoints,
  undeliveredChanges,
  undeliveredId,
} from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJsonLine, printTable, say } from '../output.ts'
import { timeOption, timesHelp } from '../time-of.ts'

interface ChangeOptions extends OutputOptions {
  since?: number
  user?: string
  limit?: string
  newestFirst?: boolean
}

interface ToldEvent {
  type: string
  subject: string
  time: string
  data: { changed?: FieldChange[]; cause?: { kind: string; triggeredBy: string | null } }
}

/** A table is held in memory to be laid out. */
const rowsMax = 200

export function changesCommand(program: Command, context: Context): void {
  program
    .command('changes <tenant>')
    .description('what Learn Amp services were told of a tenant, oldest first')
    .option('--since <time>', 'only what follows from events recorded at or after', timeOption('--since'))
    .option('--user <id>', 'only of one user')
    .option('--newest-first', 'the newest first')
    .option('--limit <count>', `at most so many; a table shows ${rowsMax} where nothing else is said`)
    .option('--json', 'print one change a line, as it is told, with where it is in the log and whether it is published')
    .addHelpText(
      'after',
      `${examples(
        'hibob-sync changes acme --newest-first --limit 20',
        'hibob-sync changes acme --since 2026-11-03T08:00:00Z --json',
        'hibob-sync changes acme --user 3400000000000000001',
      )}\n\n${timesHelp}`,
    )
    .action(async (tenant: string, options: ChangeOptions) => {
      const limit = limitOf(options.limit)
      await context.tenant(tenant)
      const partition = await context.partitionOf(tenant)
      const fromOffset = await offsetSince(context, partition, options.since)
      const mongo = await context.mongo()
      const published = (await projectorCheckpoints(mongo).load(partition))?.published ?? { offset: -1, step: 0 }
      const undelivered = new Map(
        (await undeliveredChanges(mongo).list(tenant)).map(({ _id, offset }) => [_id, offset]),
      )
      const isPublished = (change: OutboxChange) =>
        undelivered.get(undeliveredId(change)) !== change.offset &&
        (change.offset < published.offset || (change.offset === published.offset && change.step <= published.step))
      const { user: userId, newestFirst = false } = options
      const history = (atMost: number | undefined) =>
        changeHistory(mongo).of(tenant, partition, {
          fromOffset,
          newestFirst,
          ...(userId === undefined ? {} : { userId }),
          ...(atMost === undefined ? {} : { limit: atMost }),
        })
      if (options.json) {
        for await (const change of history(limit)) await printJsonLine(line(change, isPublished(change)))
        return
      }
      const rows = await Array.fromAsync(history(limit ?? rowsMax + 1), change => row(change, isPublished(change)))
      const isCut = limit === undefined && rows.length > rowsMax
      printTable(
        ['offset', 'recorded', 'change', 'subject', 'changed', 'by', 'published'],
        isCut ? rows.slice(0, rowsMax) : rows,
        `Nothing was told of ${userId ?? tenant}`,
      )
      if (isCut) say(`There are more than ${rowsMax}: --since, --newest-first, --limit or --json show others`)
    })
}

async function offsetSince(context: Context, partition: number, since: number | undefined): Promise<number> {
  if (since === undefined) return 0
  return context.withKafka(client => offsetForTime(client, context.topics().events, partition, since))
}

function limitOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new AppError('limit_invalid', `--limit must be a whole number from 1 (got ${JSON.stringify(text)})`, {
      retryable: false,
    })
  return Number(text)
}

const toldEvent = ({ value }: OutboxChange) => (value === null ? null : (JSON.parse(value) as ToldEvent))

/** `change`: the CloudEvent as it is told; null where a key ends. */
function line(change: OutboxChange, published: boolean) {
  const { topic, key, offset, tombstone, foldedAt } = change
  return {
    topic,
    key,
    offset,
    folded_at: foldedAt?.toISOString() ?? null,
    published,
    ends: tombstone || change.value === null,
    change: toldEvent(change),
  }
}

function row(change: OutboxChange, published: boolean) {
  const event = toldEvent(change)
  const [, ...subject] = change.key.split('/')
  return [
    change.offset,
    event?.time,
    event === null ? `${change.topic}: ended` : event.type.replace('learnamp.', ''),
    subject.join('/'),
    event?.data.changed?.map(({ field }) => field).join(' ') || null,
    event?.data.cause?.triggeredBy,
    published ? 'yes' : 'not yet',
  ]
}
