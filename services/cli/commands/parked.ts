// `parked`: events whose fold failed, or users of an event in slices (protocol P5), and changes that Kafka does not take. Nothing is folded
// or published out of order.
import {
  auditLog,
  longAgo,
  type ParkedEvent,
  parkedEvents,
  pendingReads,
  projectorCheckpoints,
  type UndeliveredChange,
  undeliveredChanges,
} from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import { awaitRetry } from '../await-retry.ts'
import type { Context } from '../context.ts'
import { orInterrupted } from '../interruption.ts'
import { type Confirmable, confirm, examples, type OutputOptions, printJson, printTable, say } from '../output.ts'
import { personOf, shownChange, shownEvent } from '../parked-notes.ts'

type Found = { event: ParkedEvent } | { change: UndeliveredChange }

const exampleChange = 'users/acme/3400000000000000001'

export function parkedCommands(program: Command, context: Context): void {
  const parked = program
    .command('parked')
    .description('events whose fold failed and changes that Kafka does not take, set aside with their cause')

  parked
    .command('list [tenant]')
    .description('what is parked, of one tenant or of all')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync parked list', 'hibob-sync parked list acme --json'))
    .action(async (tenant: string | undefined, options: OutputOptions) => {
      if (tenant !== undefined) await context.tenant(tenant)
      const mongo = await context.mongo()
      const events = (await parkedEvents(mongo).list(tenant)).map(shownEvent)
      const changes = (await undeliveredChanges(mongo).list(tenant)).map(note => shownChange(note, context.topics()))
      if (options.json) return printJson([...events, ...changes])
      printTable(
        ['id', 'tenant', 'what', 'about', 'cause', 'parked', 'what to do'],
        [
          ...events.map(one => [one.id, one.tenantId, one.type, personOf(one), causeOf(one), one.parked_at, one.todo]),
          ...changes.map(one => [
            ...[one.id, one.tenantId, 'change', one.employeeId ?? `team ${one.teamId}`],
            ...[causeOf(one), one.parked_at, one.todo],
          ]),
        ],
        'Nothing is parked',
      )
    })

  parked
    .command('show <id>')
    .description('one parked event or change')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync parked show 7-4711', `hibob-sync parked show ${exampleChange}`))
    .action(async (id: string, options: OutputOptions) => {
      const found = await foundAs(context, id)
      const note = 'event' in found ? shownEvent(found.event) : shownChange(found.change, context.topics())
      if (options.json) return printJson(note)
      printTable(
        ['', id],
        Object.entries(note).map(([name, value]) => [name, value]),
        '',
      )
    })

  parked
    .command('retry <id>')
    .description('read the person anew (what cannot be read anew needs a replay), or publish the change again')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples('hibob-sync parked retry 7-4711', `hibob-sync parked retry ${exampleChange}`)}\n\nAn event about a person makes that person due to be read: a newer observation takes the place of the one that failed.\nAny other event is folded in place, with the present release, by: hibob-sync replay <tenant>\nOf a change the newest one of its user or team is published, in its turn, and the command waits until Kafka has taken or refused it.`,
    )
    .action(async (id: string, options: OutputOptions) => {
      const found = await foundAs(context, id)
      if ('event' in found) await retryEvent(context, found.event, options)
      else await retryChange(context, found.change, options)
    })

  parked
    .command('discard <id>')
    .description('remove the note; nothing else changes')
    .option('--yes', 'do not ask')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync parked discard 7-4711 --yes'))
    .action(async (id: string, options: Confirmable) => {
      const found = await foundAs(context, id)
      const { tenantId } = 'event' in found ? found.event : found.change
      const rest =
        'event' in found
          ? 'the event stays in the log, not folded'
          : 'services are not told of this change, only of the next one of the same user or team'
      await confirm(`The note on ${id} of ${tenantId} goes; ${rest}.`, options.yes)
      const mongo = await context.mongo()
      if ('event' in found) await parkedEvents(mongo).discard(id)
      else await undeliveredChanges(mongo).discard(id)
      await auditLog(mongo).record({ tenantId, act: 'parked.discard', by: context.by, detail: id })
      if (options.json) printJson({ id, discarded: true })
      else say(`${id} is discarded`)
    })
}

async function retryEvent(context: Context, note: ParkedEvent, { json }: OutputOptions): Promise<void> {
  const { id, tenantId } = note
  if (tenantId === '')
    throw new AppError('tenant_unknown', `${id} is of no tenant: hibob-sync parked discard ${id}`, { retryable: false })
  await context.presentTenant(tenantId)
  const person = personOf(note)
  if (person === null || person === '')
    throw new AppError(
      'replay_needed',
      `${id} is about no person, so it is folded in place by a replay with the present release: hibob-sync replay ${tenantId}`,
      { retryable: false },
    )
  const mongo = await context.mongo()
  await pendingReads(mongo).dueNow(
    note.partition,
    [{ tenantId, employeeId: person, throughOffset: note.offset }],
    'retry',
    longAgo,
  )
  await parkedEvents(mongo).markRetried(id)
  await auditLog(mongo).record({ tenantId, act: 'parked.retry', by: context.by, detail: id })
  if (json) printJson({ id, due: person })
  else say(`${person} is read next; discard the note when the user is as it should be: hibob-sync parked discard ${id}`)
}

async function retryChange(context: Context, note: UndeliveredChange, { json }: OutputOptions): Promise<void> {
  const { _id: id, tenantId, partition } = note
  const mongo = await context.mongo()
  const checkpoints = projectorCheckpoints(mongo)
  await auditLog(mongo).record({ tenantId, act: 'parked.retry', by: context.by, detail: id })
  const retry = await checkpoints.askRetry(partition, id)
  const watch = {
    isAsked: () => checkpoints.isAsked(partition, retry),
    note: () => undeliveredChanges(mongo).get(id),
  }
  await orInterrupted(`${id} is asked for, and the projector publishes it all the same`, signal =>
    awaitRetry(id, watch, { signal }),
  )
  if (json) printJson({ id, delivered: true })
  else say(`${id} is delivered`)
}

const causeOf = ({ code, message }: { code: string; message: string }) => `${code}: ${message}`

async function foundAs(context: Context, id: string): Promise<Found> {
  const mongo = await context.mongo()
  const event = await parkedEvents(mongo).get(id)
  if (event !== null) return { event }
  const change = await undeliveredChanges(mongo).get(id)
  if (change !== null) return { change }
  throw new AppError('not_found', `nothing is parked under ${id}: \`hibob-sync parked list\` shows what is`, {
    retryable: false,
  })
}
