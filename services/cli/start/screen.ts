// What `npm start` shows: one live screen on a terminal, cut to its size, a line now and then elsewhere. Pure text from plain figures.
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

const lastChangesMax = 8

/** Fits into 80 columns and 24 rows; a larger terminal shows more of the last changes. */
export function screenOf(figures: Figures, places: Places, { columns, rows }: Size): string {
  const above = [...figuresOf(figures), '', '  last changes']
  const below = ['', ...commands, '', ...placesOf(places)]
  const room = Math.min(lastChangesMax, Math.max(1, rows - 1 - above.length - below.length))
  const changes =
    figures.lastChanges.length === 0
      ? [`none yet: a person is read ${places.settlingMs / 1000} s after the webhook`]
      : figures.lastChanges.slice(0, room)
  const filled = [...changes, ...Array<string>(room).fill('')].slice(0, room).map(line => `    ${line}`)
  return [...above, ...filled, ...below].map(line => cut(line.trimEnd(), columns)).join('\n')
}

/** Everything once, uncut, where there is no screen. */
export function introductionOf(places: Places): string {
  return [...commands, '', ...placesOf(places), ''].join('\n')
}

export function lineOf(figures: Figures): string {
  const { received, read, folded, published, importerLag, projectorLag, users, people } = figures
  const lag = `lag: importer ${importerLag}, projector ${projectorLag}`
  return `received ${received} · read ${read} · folded ${folded} · published ${published} · ${lag} · users ${users}/${people}`
}

function figuresOf(figures: Figures): string[] {
  const { received, read, folded, published, importerLag, projectorLag, waiting, parked } = figures
  const { tenants, users, people, teams, managers } = figures
  return [
    `hibob-sync · running for ${figures.startedSecondsAgo} s · Ctrl-C ends everything`,
    '',
    '  webhooks received    people read    events folded    changes published',
    `  ${cell(received, 21)}${cell(read, 15)}${cell(folded, 17)}${published}`,
    `  lag: importer ${importerLag}, projector ${projectorLag} · to be read: ${waiting} · parked: ${parked} · tenants: ${tenants}`,
    `  demo: ${users} users of ${people} people, ${teams} teams, ${managers} managers`,
  ]
}

const commands = [
  '  try in another terminal: npx hibob-sync …',
  '    status · users demo · teams demo · managers demo · events demo --json',
  '    tenants show demo · resend demo · parked list · tenants --help',
]

function placesOf({ webhookUrl, simulatorUrl, brokers, mongoUrl, dataDir, logDir, settlingMs }: Places): string[] {
  return [
    `  webhooks   ${webhookUrl}`,
    `  HiBob      ${simulatorUrl}   simulated, HIBOB_SETTLING_MS=${settlingMs}`,
    `  Kafka      ${brokers}`,
    `  MongoDB    ${mongoUrl}`,
    `  data       ${dataDir}`,
    `  logs       ${logDir}/*.log`,
  ]
}

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
  return `${type.replace('learnamp.', '')}  ${subject}${fields === '' ? '' : `  (${fields})`}`
}

const cell = (value: number, width: number) => String(value).padEnd(width)
const cut = (line: string, columns: number) => (line.length <= columns ? line : `${line.slice(0, columns - 1)}…`)
