// Whether a document can be a tenant's settings: every problem at once. What it lets pass, `compileSettings` can follow.

import { jsonBytes } from '../value-limits.ts'
import { compileSettings } from './compile-settings.ts'
import { conditionProblems } from './condition-problems.ts'
import { compileExpression } from './expression.ts'
import { type KnownField, type KnownFields, knownFields, listOfRule, unknownField } from './known-fields.ts'
import { isReserved } from './plain-text.ts'
import { at, isRecord, type Problem } from './problem.ts'
import { type Holds, type RuleContext, ruleProblems, unknownTimeZone } from './rule-problems.ts'
import type { Schema } from './schema-words.ts'
import { type Rule, Settings } from './settings.ts'
import { type Special, shapeProblems } from './shape-problems.ts'

/** What is known of the company and the world; what is left out is not checked. */
export interface Known {
  fields?: readonly KnownField[]
  /** IANA names. */
  timeZones?: Iterable<string>
}

/** Gives a copy with `list` filled in from the known fields, or every problem with its JSON pointer. */
export function checkSettings(document: unknown, known: Known = {}): { settings: Settings } | { problems: Problem[] } {
  if (!isRecord(document)) return { problems: [{ path: '', message: 'settings are a JSON object' }] }
  const fields = known.fields ? knownFields(known.fields) : null
  const timeZones = known.timeZones ? new Set(known.timeZones) : null
  const special: Special = (schema, value, path) =>
    schema.$ref === 'Condition' ? conditionProblems(value, path, field => unknownField(field, fields)) : undefined
  const tooLarge = sizeProblems(document)
  if (tooLarge.length > 0) return { problems: tooLarge }
  const problems = shapeProblems(Settings as unknown as Schema, document, '', special)
  for (const { rule, path, holds } of rulesIn(document)) {
    if (problems.some(problem => problem.path === path || problem.path.startsWith(`${path}/`))) continue
    const context: RuleContext = { holds, known: fields, timeZones }
    problems.push(...ruleProblems(rule as Rule, path, context))
  }
  problems.push(...otherProblems(document, timeZones, problems))
  if (problems.length > 0) return { problems }
  const settings = structuredClone(document) as Settings
  if (fields !== null) for (const { rule } of rulesIn(settings)) fillList(rule as Rule, fields)
  const tooMany = tooManyFields(settings)
  return tooMany.length > 0 ? { problems: tooMany } : { settings }
}

/**
 * Limits on a document hold where it is checked, before it is appended, and nowhere else: the fold follows every document that was
 * ever accepted, with the same result.
 */
const customFieldsMax = 100
const documentBytesMax = 1024 * 1024

function sizeProblems(document: Record<string, unknown>): Problem[] {
  const problems: Problem[] = []
  const { custom_fields: custom } = document
  const count = isRecord(custom) ? Object.keys(custom).length : 0
  if (count > customFieldsMax)
    problems.push({
      path: '/custom_fields',
      message: `names ${count} custom fields, and at most ${customFieldsMax} are accepted: leave some out`,
    })
  const bytes = jsonBytes(document)
  if (bytes > documentBytesMax)
    problems.push({
      path: '',
      message: `has ${bytes} bytes in JSON, and at most ${documentBytesMax} are accepted: shorten its longest tables`,
    })
  return problems
}

/** HiBob gives 400 fields of a person; the standard ones and those of the lifecycle are among them. */
const ownFieldsMax = 380

function tooManyFields(settings: Settings): Problem[] {
  const { length } = compileSettings(settings).paths
  if (length <= ownFieldsMax) return []
  return [
    { path: '', message: `reads ${length} HiBob fields beyond the standard ones; HiBob gives at most ${ownFieldsMax}` },
  ]
}

interface RuleAt {
  rule: unknown
  path: string
  holds: Holds
}

/** Every rule that there is, whatever its shape; null is none. */
function rulesIn({ fields, custom_fields, person_time_zone }: { [name: string]: unknown } | Settings): RuleAt[] {
  const within = (parent: unknown, path: string): RuleAt[] =>
    Object.entries(isRecord(parent) ? parent : {}).map(([name, rule]) => ({
      rule,
      path: at(path, name),
      holds: heldBy(path, name),
    }))
  return [
    ...within(fields, '/fields'),
    ...within(custom_fields, '/custom_fields'),
    { rule: person_time_zone, path: '/person_time_zone', holds: 'time_zone' as const },
  ].filter(({ rule }) => isRecord(rule))
}

const heldBy = (path: string, name: string): Holds =>
  path === '/fields' && (name === 'hire_date' || name === 'leave_date') ? 'date' : 'text'

function fillList(rule: Rule, known: KnownFields): void {
  const paths = rule.expression === undefined ? [rule.from ?? []].flat() : compileExpression(rule.expression).paths
  const list = listOfRule(rule, paths, known)
  if (list === undefined) delete rule.list
  else rule.list = list
}

/** What a schema cannot say. */
function otherProblems(
  document: Record<string, unknown>,
  timeZones: ReadonlySet<string> | null,
  former: readonly Problem[],
): Problem[] {
  const problems: Problem[] = []
  const isSound = (path: string) =>
    !former.some(problem => problem.path === path || problem.path.startsWith(`${path}/`))
  const { time_zone, invites, leavers, alert_url } = document as Settings
  if (time_zone !== undefined && isSound('/time_zone')) {
    const message = unknownTimeZone(time_zone, timeZones)
    if (message !== null) problems.push({ path: '/time_zone', message })
  }
  if (invites?.days_before !== undefined && isSound('/invites') && invites.when !== 'hire_date')
    problems.push({ path: '/invites/days_before', message: 'is for invites whose “when” is “hire_date”' })
  if (leavers?.grace_days && isSound('/leavers') && (leavers.ends ?? 'lifecycle_status') === 'lifecycle_status')
    problems.push({
      path: '/leavers/grace_days',
      message: 'is for leavers whose “ends” is “termination_date” or “last_day_of_work”',
    })
  for (const name of Object.keys(isRecord(document['custom_fields']) ? document['custom_fields'] : {}))
    if (isReserved(name) && isSound(at('/custom_fields', name)))
      problems.push({ path: at('/custom_fields', name), message: 'is a reserved name: choose another one' })
  if (alert_url !== undefined && isSound('/alert_url') && !URL.canParse(alert_url))
    problems.push({ path: '/alert_url', message: 'is no web address' })
  return problems
}
