// What `npm start` shows: one live screen on a terminal, cut to its size, a line now and then elsewhere. Pure text from plain figures.
import type { TenantLifecycle } from '@hibob-sync/mongo'
import { visible } from '../visible.ts'

export interface Figures {
  startedSecondsAgo: number
  received: number
  read: number
  folded: number
  published: number
  importerLag: number
  projectorLag: number
  waiting: number
  parked: number
  tenants: number
  /** Of the tenant `demo`. */
  demoState: TenantLifecycle
  users: number
  teams: number
  managers: number
  people: number
  /** Newest first. */
  lastChanges: string[]
}

export interface Places {
  webhookUrl: string
  simulatorUrl: string
  brokers: string
  mongoUrl: string
  dataDir: string
  logDir: string
  settlingMs: number
}

export interface Size {
  columns: number
  rows: number
}

/** A terminal may not tell its size: what is cut to nothing would show nothing. */
export const isScreen = (output: { isTTY?: boolean; columns?: number; rows?: number }): boolean =>
  output.isTTY === true && (output.columns ?? 0) > 0 && (output.rows ?? 0) > 0

const lastChangesMax = 8

/** Fits into 80 columns and 24 rows; a larger terminal shows more of the last changes. Only the webhook URL is never cut. */
export function screenOf(figures: Figures, places: Places, { columns, rows }: Size): string {
  const fitting = (lines: string[]) => lines.map(line => cut(line.trimEnd(), columns))
  const above = fitting([...figuresOf(figures), '  last changes'])
  const url = wrapped(places.webhookUrl, columns)
  const below = [...fitting(['', ...commands, '', webhooksAt]), ...url, ...fitting(placesOf(places))]
  const room = Math.min(lastChangesMax, Math.max(1, rows - 1 - above.length - below.length))
  const changes = figures.lastChanges.length === 0 ? [noneYet(figures, places)] : figures.lastChanges.slice(0, room)
  const filled = [...changes, ...Array<string>(room).fill('')].slice(0, room).map(line => `    ${line}`)
  return [...above, ...fitting(filled), ...below].join('\n')
}

function noneYet({ demoState }: Figures, { settlingMs }: Places): string {
  if (demoState === 'removed') return 'none: the tenant demo is removed; the next `npm start` adds it again'
  return `none yet: a person is read ${settlingMs / 1000} s after the webhook`
}

/** Everything once, uncut, where there is no screen. */
export function introductionOf(places: Places): string {
  return [...commands, '', webhooksAt, places.webhookUrl, ...placesOf(places), '', companyBegins, ''].join('\n')
}

export function lineOf(figures: Figures): string {
  const { received, read, folded, published, importerLag, projectorLag, users, people } = figures
  const lag = `lag: importer ${importerLag}, projector ${projectorLag}`
  const demo = figures.demoState === 'active' ? `users ${users}/${people}` : `demo ${stateText[figures.demoState]}`
  return `received ${received} · read ${read} · folded ${folded} · published ${published} · ${lag} · ${demo}`
}

function figuresOf(figures: Figures): string[] {
  const { received, read, folded, published, importerLag, projectorLag, waiting, parked } = figures
  const { tenants } = figures
  return [
    `hibob-sync · running for ${figures.startedSecondsAgo} s · Ctrl-C ends everything`,
    '',
    '  webhooks received    people read    events folded    changes published',
    `  ${cell(received, 21)}${cell(read, 15)}${cell(folded, 17)}${published}`,
    `  lag: importer ${importerLag}, projector ${projectorLag} · to be read: ${waiting} · parked: ${parked} · tenants: ${tenants}`,
    ...demoOf(figures),
  ]
}

/** Of one height whatever the figures, so that the screen does not jump; its second line parts it from what follows. */
function demoOf({ demoState, users, people, teams, managers }: Figures): string[] {
  if (demoState === 'removed') return [`  demo: ${stateText.removed}`, '']
  const state = demoState === 'active' ? '' : ` (${stateText[demoState]})`
  return [
    `  demo${state}: ${users} users of ${people} people, ${teams} teams, ${managers} managers`,
    users > people ? `  ${companyBegins}` : '',
  ]
}

const stateText: Record<TenantLifecycle, string> = {
  active: 'active',
  paused: 'paused',
  credentials_invalid: 'stopped, as HiBob refused its credentials',
  removed: 'removed; the next `npm start` adds it again',
}
const companyBegins = 'The simulated company begins anew at each start; its former people stay users.'

const commands = [
  '  try in another terminal: npx hibob-sync …',
  '    status · users demo · teams demo · managers demo · events demo --json',
  '    tenants show demo · resend demo · parked list · tenants --help',
]

function placesOf({ simulatorUrl, brokers, mongoUrl, dataDir, logDir, settlingMs }: Places): string[] {
  return [
    `  HiBob      ${simulatorUrl}   simulated, HIBOB_SETTLING_MS=${settlingMs}`,
    `  Kafka      ${brokers}`,
    `  MongoDB    ${mongoUrl}`,
    `  data       ${dataDir}`,
    `  logs       ${logDir}/*.log`,
  ]
}

const webhooksAt = '  webhooks are taken at'

/** A change as one line: what happened to whom. */
export function changeLine(value: string | null): string | null {
  if (value === null) return null
  const { type, data } = JSON.parse(value) as {
    type: string
    data: {
      user?: { full_name: string | null; id: string }
      team?: { name: string | null; id: string }
      changed: { field: string }[]
    }
  }
  const subject = data.user?.full_name ?? data.user?.id ?? data.team?.name ?? data.team?.id ?? ''
  const fields = data.changed.map(({ field }) => field).join(', ')
  return `${type.replace('learnamp.', '')}  ${visible(subject)}${fields === '' ? '' : `  (${fields})`}`
}

const cell = (value: number, width: number) => String(value).padEnd(width)
const cut = (line: string, columns: number) => (line.length <= columns ? line : `${line.slice(0, columns - 1)}…`)
const wrapped = (line: string, columns: number) => line.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []
