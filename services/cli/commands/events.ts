// `events`: a tenant's events as the log holds them, streamed from its partition.
import { decodeEvent, type Envelope, type LogRecord, ownValue } from '@hibob-sync/domain'
import { logEnds, offsetForTime, readRange } from '@hibob-sync/kafka'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import { asUnreachable, type Context } from '../context.ts'
import { tellMissing } from '../missing-events.ts'
import { examples, type OutputOptions, printJsonText, printTable, say } from '../output.ts'
import { timeOption, timesHelp } from '../time-of.ts'

interface EventOptions extends OutputOptions {
  employee?: string
  from?: number
  to?: number
}

interface ShownEvent {
  record: LogRecord
  event: Envelope
}

export function eventCommands(program: Command, context: Context): void {
  program
    .command('events <tenant>')
    .description('events of a tenant, oldest first')
    .option('--employee <id>', 'only those about one person')
    .option('--from <time>', 'recorded at or after', timeOption('--from'))
    .option('--to <time>', 'recorded before', timeOption('--to'))
    .option('--json', 'print one CloudEvent a line, with partition and offset')
    .addHelpText(
      'after',
      `${examples(
        'hibob-sync events acme --employee 3400000000000000001',
        'hibob-sync events acme --from 2026-11-03T08:00:00Z --json',
      )}\n\n${timesHelp}`,
    )
    .action(async (tenant: string, options: EventOptions) => {
      requireOrder(options)
      await context.tenant(tenant)
      const events = eventsOf(context, tenant, options)
      if (options.json) {
        for await (const { record } of events) await printJsonText(jsonOf(record))
        return
      }
      const rows: (string | number | null)[][] = []
      for await (const { record, event } of events)
        rows.push([record.offset, event.time, event.type, personOf(event), textIn(event, 'webhookType')])
      printTable(['offset', 'recorded', 'type', 'employee', 'webhook'], rows, `There is no such event of ${tenant}`)
    })
}

function requireOrder({ from, to }: EventOptions): void {
  if (from === undefined || to === undefined || from <= to) return
  throw new AppError('time_invalid', '--from must not be after --to', { retryable: false })
}

async function* eventsOf(context: Context, tenant: string, options: EventOptions): AsyncGenerator<ShownEvent> {
  const partition = await context.partitionOf(tenant)
  const { events: topic } = context.topics()
  const [from, to] = await context.withKafka(async client => {
    const ends = (await logEnds(client, topic)).get(partition) ?? { low: 0, high: 0 }
    tellMissing(partition, ends)
    const at = (time: number | undefined, otherwise: number) =>
      time === undefined ? otherwise : offsetForTime(client, topic, partition, time)
    return [await at(options.from, 0), await at(options.to, ends.high)] as const
  })
  const isWanted = (event: Envelope) => options.employee === undefined || personOf(event) === options.employee
  let undecodable = 0
  const batches = await context.withKafka(async client => readRange(client, topic, partition, from, to))
  try {
    for await (const records of batches)
      for (const record of records) {
        if (record.key !== tenant) continue
        const event = eventIn(record)
        if (event === null) undecodable++
        else if (isWanted(event)) yield { record, event }
      }
  } catch (error) {
    asUnreachable(error)
  }
  if (undecodable > 0) say(`Left out ${undecodable} records that cannot be decoded: hibob-sync parked list ${tenant}`)
}

/** Null for what is no event; one of a type that this release does not know is shown too. */
function eventIn(record: LogRecord): Envelope | null {
  const decoded = decodeEvent(record)
  return 'failure' in decoded ? null : (decoded.event ?? decoded.unknown)
}

/** As the log has it, on one line: it may nest more deeply than could be written again. */
function jsonOf({ value, partition, offset }: LogRecord): string {
  // within texts JSON has line ends as escapes only
  const text = (value ?? '').replace(/[\r\n\t]/g, ' ').trimEnd()
  return `${text.slice(0, -1)},"partition":${partition},"offset":${offset}}`
}

const personOf = (event: Envelope): string | null => event.subject ?? textIn(event, 'employeeId')

function textIn({ data }: Envelope, name: string): string | null {
  const value = ownValue(data as Record<string, unknown> | null | undefined, name)
  return typeof value === 'string' ? value : null
}
