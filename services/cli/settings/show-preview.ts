// A preview for people: counts first, then the first persons; of one person every step.
import type { FieldChange, PersonPreview, PreviewCounts, RuleStep } from '@hibob-sync/domain'
import { printTable, say } from '../output.ts'
import { msPerPersonMax } from './person-cost.ts'

export function showCounts(counts: PreviewCounts): void {
  printTable(
    ['', 'people'],
    [
      ['in all', counts.people],
      ['of whom services would be told', counts.changed],
      ...Object.entries(counts.types).map(([type, people]) => [`  ${type}`, people]),
      ...Object.entries(counts.fields).map(([field, people]) => [`  ${field}`, people]),
      ['coming into scope', counts.comes_in],
      ['going out of scope', counts.goes_out],
      ['held by the brake', counts.held],
      ...Object.entries(counts.held_fields).map(([field, people]) => [`  ${field}`, people]),
      ['whose invites become otherwise', counts.invites],
      ...Object.entries(counts.errors).map(([field, people]) => [`whose rule for ${field} cannot be followed`, people]),
      ...(counts.parked > 0 ? [['who cannot be folded', counts.parked]] : []),
    ],
    '',
  )
  const teams = Object.entries(counts.teams).map(([type, number]) => `${number} ${type}`)
  if (teams.length > 0) say(`Teams: ${teams.join(', ')}`)
  const { waiting } = counts
  if (waiting.length === 0) return
  const what = waiting.length === 1 ? '1 rule reads fields' : `${waiting.length} rules read fields`
  say(
    `${what} that HiBob has not been asked for yet of everyone. The former rule holds until an import, which begins by itself, has asked for them; what they bring is not in this preview:`,
  )
  for (const { rule, paths, people } of waiting) say(`  ${rule} (${paths.join(', ')}): ${people} people`)
}

/** `ms`: processor time a person. */
export function showCost(ms: number): void {
  say(
    ms <= msPerPersonMax
      ? `These settings take ${ms} ms a person (at most ${msPerPersonMax})`
      : `These settings take ${ms} ms a person: settings set refuses what takes more than ${msPerPersonMax} in each of a few runs`,
  )
}

/** The first of those of whom anything would become otherwise. */
export function showPeople(people: readonly PersonPreview[], all: number): void {
  printTable(
    ['id', 'name', 'told as', 'what', 'scope', 'held'],
    people.map(({ id, full_name, change, changed, scope, held, errors }) => [
      id,
      full_name,
      change,
      [...changed.map(changeText), ...Object.entries(errors).map(([field, why]) => `${field}: ${why}`)].join('; '),
      scope === null ? null : scope === 'comes_in' ? 'in' : 'out',
      held.map(changeText).join('; '),
    ]),
    'Nobody would become otherwise',
  )
  if (all > people.length) say(`The first ${people.length} of ${all}: --json prints everyone`)
}

export function showSteps(steps: readonly RuleStep[]): void {
  printTable(
    ['field', 'rule', 'HiBob', 'result', 'before', 'after'],
    steps.map(({ field, rule, holds, hibob, result, error, before, after }) => [
      field,
      `${rule === 'standard' ? rule : JSON.stringify(rule)}${holds === 'waiting' ? ' (waits for the next import)' : ''}`,
      hibob
        .map(
          ({ path, asked, value, label }) =>
            `${path} = ${asked ? shortValue(value) : 'not asked for yet'}${label === null ? '' : ` “${label}”`}`,
        )
        .join(', '),
      error ?? (rule === 'standard' ? null : shortValue(result)),
      shortValue(before),
      shortValue(after),
    ]),
    '',
  )
}

const changeText = ({ field, from, to }: FieldChange) => `${field}: ${shortValue(from)} → ${shortValue(to)}`

const valueMax = 40

function shortValue(value: unknown): string {
  if (value === null || value === undefined) return '–'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > valueMax ? `${text.slice(0, valueMax)}…` : text
}
