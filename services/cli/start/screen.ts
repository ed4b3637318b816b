// What `npm start` shows: one live screen on a terminal, a line now and then elsewhere. Pure text from plain figures.
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
  users: number
  teams: number
  managers: number
  people: number
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

export function screenOf(figures: Figures, places: Places): string {
  const { received, read, folded, published, importerLag, projectorLag, waiting, parked } = figures
  return [
    `hibob-sync · running for ${figures.startedSecondsAgo} s · Ctrl-C ends everything`,
    '',
    '  webhooks received    people read    events folded    changes published',
    `  ${cell(received, 21)}${cell(read, 15)}${cell(folded, 17)}${cell(published, 0)}`,
    '',
    `  lag: importer ${importerLag}, projector ${projectorLag} · waiting to be read: ${waiting} · parked: ${parked}`,
    `  tenant demo: ${figures.users} users of ${figures.people} people, ${figures.teams} teams, ${figures.managers} managers`,
    '',
    '  last changes',
    ...(figures.lastChanges.length === 0
      ? [`    none yet: a person is read ${places.settlingMs / 1000} s after the webhook`]
      : figures.lastChanges.map(line => `    ${line}`)),
    '',
    '  try in another terminal',
    '    npx hibob-sync status',
    '    npx hibob-sync users demo        npx hibob-sync teams demo        npx hibob-sync managers demo',
    '    npx hibob-sync events demo       npx hibob-sync tenants show demo',
    '    npx hibob-sync resend demo       npx hibob-sync parked list',
    '',
    '  where everything is',
    `    webhooks     ${places.webhookUrl}`,
    `    simulator    ${places.simulatorUrl}   (HIBOB_SETTLING_MS is ${places.settlingMs} here; 25000 with the real HiBob)`,
    `    Kafka        ${places.brokers}`,
    `    MongoDB      ${places.mongoUrl}`,
    `    data, logs   ${places.dataDir}   ${places.logDir}`,
  ].join('\n')
}

export function lineOf({ received, read, folded, published, projectorLag, users, people }: Figures): string {
  return `received ${received} · read ${read} · folded ${folded} · published ${published} · lag ${projectorLag} · users ${users}/${people}`
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
