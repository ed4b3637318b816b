// Pages that are made from the code: settings from their schemas, events as JSON Schema. `npm run docs` writes them; a test compares.
import { envelope, eventData } from '@hibob-sync/domain'
import { hibobSettings } from '@hibob-sync/runtime'
import type { TObject } from 'typebox'
import { cliSettings } from '../../services/cli/environment.ts'
import { startSettings } from '../../services/cli/start/config.ts'
import { importerSettings } from '../../services/importer/config.ts'
import { ingressSettings } from '../../services/ingress/config.ts'
import { projectorSettings } from '../../services/projector/config.ts'
import { replaySettings } from '../../services/replay/config.ts'
import { settingsPage, settingsSchema } from './settings-page.ts'

interface Setting {
  default?: unknown
  description?: string
  secret?: boolean
}

const users: Record<string, TObject> = {
  ingress: ingressSettings,
  importer: importerSettings,
  projector: projectorSettings,
  'hibob-sync': cliSettings,
  'hibob-sync replay and verify': replaySettings,
  'npm start': startSettings,
}

/** Path from the root → content. */
export function referencePages(): Record<string, string> {
  return {
    'docs/configuration.md': configurationPage(),
    'docs/settings.md': settingsPage(),
    'docs/contracts/settings.schema.json': `${JSON.stringify(settingsSchema(), null, 2)}\n`,
    'docs/contracts/events.schema.json': `${JSON.stringify(eventsSchema(), null, 2)}\n`,
  }
}

function configurationPage(): string {
  const rows = new Map<string, { setting: Setting; by: string[] }>()
  for (const [user, schema] of Object.entries(users)) {
    for (const [name, setting] of Object.entries(schema.properties as Record<string, Setting>)) {
      const row = rows.get(name) ?? {
        setting:
          name in hibobSettings.properties
            ? ((hibobSettings.properties as Record<string, Setting>)[name] as Setting)
            : setting,
        by: [],
      }
      row.by.push(user)
      rows.set(name, row)
    }
  }
  const lines = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([name, { setting, by }]) =>
        `| \`${name}\` | ${defaultOf(setting)} | ${by.join(', ')} | ${setting.description ?? ''} |`,
    )
  return `# Configuration

Settings come from the environment and are read once, when a process starts. Every problem is reported together. An empty value counts as
not set. Quotes around a value are refused, and so are blanks and line ends around a text: they are part of it. Around numbers and proxies they do no harm. This page is made from the code: \`npm run docs\`.

In Kubernetes a Service sets variables in every pod of its namespace: one named \`ingress\` sets \`INGRESS_PORT=tcp://…\`, one named \`admin\` sets
\`ADMIN_PORT\`. Give Services other names, or set \`enableServiceLinks: false\` in the spec of these pods.

| setting | default | read by | what it is |
|---|---|---|---|
${lines.join('\n')}

\`npm start\` lays its own values over these: a settling time of 3 s, since the simulated HiBob shows changes at once, 4,000 MB for the
ingress, since everything is one process, and the addresses of what it started.
`
}

function defaultOf(setting: Setting): string {
  if (setting.default === undefined) return '(must be set)'
  return setting.default === '' ? '(empty)' : `\`${setting.default}\``
}

function eventsSchema(): object {
  const events = Object.entries(eventData).map(([type, data]) => ({
    title: type,
    allOf: [envelope, { type: 'object', properties: { type: { const: type }, data } }],
  }))
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Events of hibob.events: CloudEvents 1.0 in JSON',
    oneOf: events,
  }
}
