// `parked`: events, or users of an event in slices, whose fold failed (protocol P5). Nothing is ever folded out of order.
import { auditLog, type ParkedEvent, parkedEvents, pendingReads } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { confirm, examples, type OutputOptions, printJson, printTable, say } from '../output.ts'

export function parkedCommands(program: Command, context: Context): void {
  const parked = program.command('parked').description('events whose fold failed, set aside with their cause')

  parked
    .command('list [tenant]')
    .description('parked events, of one tenant or of all')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync parked list', 'hibob-sync parked list acme --json'))
    .action(async (tenant: string | undefined, options: OutputOptions) => {
      if (tenant !== undefined) await context.tenant(tenant)
      const list = await parkedEvents(await context.mongo()).list(tenant)
      if (options.json) return printJson(list.map(shown))
      printTable(
        ['id', 'tenant', 'type', 'employee', 'cause', 'parked'],
        list.map(note => [
          note.id,
          note.tenantId,
          note.type,
          note.employeeId,
          `${note.code}: ${note.message}`,
          note.parkedAt.toISOString(),
        ]),
        'Nothing is parked',
      )
    })

  parked
    .command('show <id>')
    .description('one parked event')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync parked show 7-4711'))
    .action(async (id: string, options: OutputOptions) => {
      const note = shown(await noteOf(context, id))
      if (options.json) return printJson(note)
      printTable(
        ['', id],
        Object.entries(note).map(([name, value]) => [name, value]),
        '',
      )
    })

  parked
    .command('retry <id>')
    .description('read the person anew; what cannot be read anew needs a replay')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples('hibob-sync parked retry 7-4711')}\n\nAn event about a person makes that person due to be read: a newer observation takes the place of the one that failed.\nAny other event is folded in place, with the present release, by: hibob-sync replay <tenant>`,
    )
    .action(async (id: string, options: OutputOptions) => {
      const note = await noteOf(context, id)
      const person = note.employeeId ?? note.document?.split('/').slice(2).join('/') ?? null
      if (person === null || person === '')
        throw new AppError(
          'replay_needed',
          `${id} is about no person, so it is folded in place by a replay with the present release: hibob-sync replay ${note.tenantId}`,
          { retryable: false },
        )
      const mongo = await context.mongo()
      await pendingReads(mongo).dueNow(
        note.partition,
        [{ tenantId: note.tenantId, employeeId: person, throughOffset: note.offset }],
        'retry',
        Date.now(),
      )
      await parkedEvents(mongo).markRetried(id)
      await auditLog(mongo).record({ tenantId: note.tenantId, act: 'parked.retry', by: context.by, detail: id })
      if (options.json) printJson({ id, due: person })
      else
        say(
          `${person} is read next; discard the note when the user is as it should be: hibob-sync parked discard ${id}`,
        )
    })

  parked
    .command('discard <id>')
    .description('remove the note; nothing else changes')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync parked discard 7-4711 --yes'))
    .action(async (id: string, options: OutputOptions & { yes?: boolean }) => {
      const note = await noteOf(context, id)
      await confirm(`The note on ${id} of ${note.tenantId} goes; the event stays in the log, not folded.`, options.yes)
      const mongo = await context.mongo()
      await parkedEvents(mongo).discard(id)
      await auditLog(mongo).record({ tenantId: note.tenantId, act: 'parked.discard', by: context.by, detail: id })
      if (options.json) printJson({ id, discarded: true })
      else say(`${id} is discarded`)
    })
}

async function noteOf(context: Context, id: string): Promise<ParkedEvent> {
  const note = await parkedEvents(await context.mongo()).get(id)
  if (note === null)
    throw new AppError('not_found', `nothing is parked under ${id}: \`hibob-sync parked list\` shows what is`, {
      retryable: false,
    })
  return note
}

function shown({ _id: _, id, parkedAt, retriedAt, ...note }: ParkedEvent) {
  return { id, ...note, parked_at: parkedAt.toISOString(), retried_at: retriedAt?.toISOString() ?? null }
}
