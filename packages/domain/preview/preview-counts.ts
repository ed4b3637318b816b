// The counts of a preview, added up page by page: the people themselves are not kept.
import type { UserDocument } from '../documents.ts'
import { wasAsked } from '../map-under.ts'
import type { Batch } from '../project-batch.ts'
import type { CompiledSettings } from '../settings/compiled.ts'
import type { PersonPreview } from './person-preview.ts'

export interface PreviewCounts {
  /** Everyone whom a record is kept of, but the deleted. */
  people: number
  /** Of these, those of whom services would be told anything. */
  changed: number
  /** Changes by type, and by field. */
  types: Record<string, number>
  fields: Record<string, number>
  comes_in: number
  goes_out: number
  /** People of whom the brake would keep something back, and what, by field. */
  held: number
  held_fields: Record<string, number>
  /** People whose rule could not be followed, by field. */
  errors: Record<string, number>
  invites: number
  /** Changes of teams by type. */
  teams: Record<string, number>
  /** Rules that read fields which HiBob was not asked for yet, of so many people: they apply after the next import. */
  waiting: { rule: string; paths: string[]; people: number }[]
  /** People who could not be folded. */
  parked: number
}

export function previewCounts(settings: CompiledSettings) {
  const rules = waitingRules(settings)
  const counts: PreviewCounts = {
    people: 0,
    changed: 0,
    types: {},
    fields: {},
    comes_in: 0,
    goes_out: 0,
    held: 0,
    held_fields: {},
    errors: {},
    invites: 0,
    teams: {},
    waiting: [],
    parked: 0,
  }

  function add({ changes, parked }: Batch, former: readonly UserDocument[], people: readonly PersonPreview[]): void {
    counts.parked += parked.length
    for (const { topic, value } of changes)
      if (topic === 'teams' && value !== null) count(counts.teams, (JSON.parse(value) as { type: string }).type)
    for (const document of former) addPerson(document)
    for (const person of people) addPreview(person)
  }

  function addPerson({ user, observed, standing }: UserDocument): void {
    if (user.status === 'deleted' && !standing?.hidden) return
    counts.people++
    for (const rule of rules) if (!wasAsked(rule, { kept: observed, absent: standing?.absent ?? [] })) rule.people++
  }

  function addPreview({ change, changed, scope, held, errors, invite }: PersonPreview): void {
    if (change !== null) {
      counts.changed++
      count(counts.types, change)
    }
    for (const { field } of changed) count(counts.fields, field)
    if (scope !== null) counts[scope]++
    if (held.length > 0) counts.held++
    for (const { field } of held) count(counts.held_fields, field)
    for (const field of Object.keys(errors)) count(counts.errors, field)
    if (invite !== null) counts.invites++
  }

  const result = (): PreviewCounts => ({
    ...counts,
    waiting: rules.filter(({ people }) => people > 0).map(({ rule, paths, people }) => ({ rule, paths, people })),
  })

  return { add, result }
}

function count(by: Record<string, number>, name: string): void {
  const short = name.replace('learnamp.team.', '')
  by[short] = (by[short] ?? 0) + 1
}

interface WaitingRule {
  rule: string
  paths: string[]
  people: number
}

function waitingRules({ fields, customFields, personTimeZone, scopePaths }: CompiledSettings): WaitingRule[] {
  const rules: [string, readonly string[]][] = [
    ...[...fields].flatMap(([field, rule]) => (rule === null ? [] : [ruleOf(`fields.${field}`, rule)])),
    ...[...customFields].map(([name, rule]) => ruleOf(`custom_fields.${name}`, rule)),
    ...(personTimeZone === null ? [] : [ruleOf('person_time_zone', personTimeZone)]),
    ['scope', scopePaths],
  ]
  return rules.map(([rule, paths]) => ({ rule, paths: [...paths], people: 0 }))
}

const ruleOf = (name: string, { paths }: { paths: readonly string[] }): [string, readonly string[]] => [name, paths]
