// A recorded history: the events of a tenant as the log held them, and what they must fold to in every later release.
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { LogRecord } from '@hibob-sync/domain'
import { foldLog } from '../support/fold-log.ts'

/** What services see: no provenance, no kept observations. */
export interface Expected {
  users: unknown[]
  teams: unknown[]
  managers: unknown[]
  changes: unknown[]
}

export const parts = ['users', 'teams', 'managers', 'changes'] as const

/** A difference that a later release means to make, in `<name>.intended.jsonl`; null where there is none before or after. */
interface Intended {
  part: keyof Expected
  from: unknown
  to: unknown
}

const pathOf = (name: string, what: string) => join(import.meta.dirname, `${name}.${what}.jsonl`)

async function linesOf<T>(path: string): Promise<T[]> {
  const text = await readFile(path, 'utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as T)
}

export async function recordsOf(name: string): Promise<LogRecord[]> {
  const lines = await linesOf<{ offset: number; time: number; event: { tenantid: string } }>(pathOf(name, 'events'))
  return lines.map(({ offset, time, event }) => ({
    partition: 0,
    offset,
    time,
    key: event.tenantid,
    value: JSON.stringify(event),
  }))
}

/** What was recorded, with the differences that later releases mean to make. */
export async function expectedOf(name: string): Promise<Expected> {
  const expected: Expected = { users: [], teams: [], managers: [], changes: [] }
  for (const { part, item } of await linesOf<{ part: keyof Expected; item: unknown }>(pathOf(name, 'expected')))
    expected[part].push(item)
  const path = pathOf(name, 'intended')
  for (const intended of existsSync(path) ? await linesOf<Intended>(path) : []) apply(expected, intended)
  return expected
}

function apply(expected: Expected, { part, from, to }: Intended): void {
  const items = expected[part]
  if (from === null) return void items.push(to)
  const at = items.findIndex(item => isDeepStrictEqual(item, from))
  if (at === -1) throw new Error(`an intended difference begins with what is not in ${part}`)
  items.splice(at, 1, ...(to === null ? [] : [to]))
}

/** The files of a history: events, and what they fold to. */
export function filesOf(name: string, records: readonly LogRecord[]): Record<string, string> {
  const events = records.map(({ offset, time, value }) => ({ offset, time, event: JSON.parse(value ?? '') }))
  const folded = foldedTo(records)
  const expected = parts.flatMap(part => folded[part].map(item => ({ part, item })))
  const text = (lines: unknown[]) => lines.map(line => `${JSON.stringify(line)}\n`).join('')
  return { [pathOf(name, 'events')]: text(events), [pathOf(name, 'expected')]: text(expected) }
}

export function foldedTo(records: readonly LogRecord[]): Expected {
  const { users, teams, managers, changes } = foldLog(records)
  return {
    users: users.map(({ user }) => user),
    teams: teams.map(({ team }) => team),
    managers: managers.map(({ manager }) => manager),
    changes: changes.map(({ topic, key, value, tombstone }) => ({
      topic,
      key,
      value: value === null ? null : JSON.parse(value),
      tombstone,
    })),
  }
}
