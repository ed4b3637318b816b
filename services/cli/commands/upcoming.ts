// `upcoming`: a calendar of what will happen to a tenant's users on the days to come.
import { type Upcoming, type UpcomingAct, upcomingActs, upcomingOf } from '@hibob-sync/domain'
import { tenantStates } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, printTable } from '../output.ts'

interface UpcomingOptions extends OutputOptions {
  days: string
}

interface Entry extends Upcoming {
  id: string
  full_name: string | null
  email: string | null
}

const daysDefault = 30
const daysMax = 366
const dayMs = 86_400_000

const words: Record<UpcomingAct, string> = {
  start: 'starts',
  invite: 'is invited',
  leave: 'leaves: deactivated when HiBob says so',
  deactivation: 'is deactivated',
  unseen: 'has not been seen for so long: is flagged',
}

export function upcomingCommand(program: Command, context: Context): void {
  program
    .command('upcoming <tenant>')
    .description(
      'what will happen to users in the next days: starts, invites, leavers, and who has not been seen for long',
    )
    .option('--days <count>', 'how far to look ahead', String(daysDefault))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `${examples('hibob-sync upcoming acme', 'hibob-sync upcoming acme --days 90 --json')}\n\nBy all that is known today: HiBob may say otherwise before.`,
    )
    .action(async (tenant: string, options: UpcomingOptions) => {
      const days = daysOf(options.days)
      await context.presentTenant(tenant)
      const states = tenantStates(await context.mongo())
      const state = await states.live(tenant)
      const from = today((JSON.parse(state?.settings?.json ?? '{}') as { time_zone?: string }).time_zone)
      const to = new Date(Date.parse(from) + days * dayMs).toISOString().slice(0, 10)
      const entries: Entry[] = []
      for await (const document of states.dated(tenant, { from, to })) {
        const { id, full_name, email } = document.user
        for (const { date, what } of upcomingOf(document, state, { from, to }))
          entries.push({ date, what, id, full_name, email })
      }
      entries.sort((a, b) => a.date.localeCompare(b.date) || order(a) - order(b) || a.id.localeCompare(b.id))
      if (options.json) return printJson(entries)
      const rows = entries.map(({ date, what, id, full_name, email }) => [date, words[what], full_name, email, id])
      printTable(['date', 'what', 'name', 'email', 'id'], rows, `Nothing is to come for ${tenant} until ${to}`)
    })
}

const order = ({ what }: Entry) => upcomingActs.indexOf(what)

function daysOf(text: string): number {
  const days = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (days >= 1 && days <= daysMax) return days
  const message = `--days must be a whole number from 1 to ${daysMax} (got ${JSON.stringify(text)})`
  throw new AppError('days_invalid', message, { retryable: false })
}

/** `YYYY-MM-DD` in the zone, or in UTC where there is no such zone. */
function today(timeZone = 'UTC'): string {
  const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone, ...parts }).format()
  } catch {
    return new Date().toISOString().slice(0, 10)
  }
}
