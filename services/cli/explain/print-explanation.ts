// An explanation as tables for people. Steps of kinds that are not known here are printed as they are.
import type { Explanation, FieldExplanation, HibobValue, Step } from '@hibob-sync/domain'
import { printTable } from '../output.ts'

export function printExplanation(explanation: Explanation): void {
  const { tenant, user, standing, status, generation, steps, fields } = explanation
  const [only] = fields
  printTable(
    ['', `${tenant}/${user}`],
    [
      ['is', standing === 'user' ? `a user, ${status}` : standing.replaceAll('_', ' ')],
      ['generation', generation],
    ],
    '',
  )
  printSteps(steps, 'Nothing stands in the way')
  if (fields.length === 1 && only !== undefined) return printField(only)
  if (fields.length === 0) return
  const head = ['field', 'value', 'HiBob', 'rule', 'offset', 'because of', 'by', 'received', 'published', 'and']
  printTable(head, fields.map(fieldRow), '')
}

function printField({ field, value, hibob, rule, in_force, event, steps }: FieldExplanation): void {
  printTable(
    [field, shown(value) ?? '–'],
    [
      ...hibob.map(one => [one.path, hibobText(one)]),
      ['rule then', rule],
      [
        'rule now',
        in_force === null ? 'standard' : `settings ${in_force.settings_version}: ${JSON.stringify(in_force.rule)}`,
      ],
      ['event', event === null ? null : `${event.type} ${event.id} at offset ${event.offset}`],
    ],
    '',
  )
  printSteps(steps, '')
}

function printSteps(steps: Step[], empty: string): void {
  printTable(
    ['step', 'when', 'what', 'offset'],
    steps.map(({ step, at, text, event }) => [step, at, text, event?.offset]),
    empty,
  )
}

const told = new Set(['received', 'requested', 'read', 'recorded', 'folded', 'published'])

function fieldRow({ field, value, hibob, rule, event, steps }: FieldExplanation) {
  const at = (name: string) => steps.find(({ step }) => step === name)
  const asked = at('received') ?? at('requested')
  const notes = steps.filter(({ step }) => !told.has(step)).map(({ step }) => step)
  return [
    field,
    shown(value),
    hibob.map(one => `${one.path} ${hibobText(one)}`).join('; ') || null,
    rule,
    event?.offset,
    event === null ? null : event.type.replace('hibob.', ''),
    asked?.event?.by ?? event?.by,
    asked?.at,
    at('published')?.at ?? (at('published') ? 'yes' : null),
    notes.join(', ') || null,
  ]
}

function hibobText({ shown: isShown, value, label, item_name }: HibobValue): string {
  if (!isShown) return '(not shown)'
  const names = [...new Set([item_name, label].filter(name => name !== null && name !== value))]
  return [shown(value) ?? '(empty)', ...names.map(name => `“${name}”`)].join(' ')
}

function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return String(value)
  const { id, name, full_name, state } = value as Record<string, unknown>
  const known = [name ?? full_name, id === undefined ? undefined : `(${id})`, state].filter(part => part != null)
  return known.length > 0 ? known.join(' ') : JSON.stringify(value)
}
