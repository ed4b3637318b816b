// What is wrong with a rule whose shape is right: what it reads, what it says twice, and what its field cannot hold.
import { isDate } from './date.ts'
import { compileExpression } from './expression.ts'
import { ExpressionError } from './expression-syntax.ts'
import { type KnownFields, unknownField } from './known-fields.ts'
import { controlCharacterIn } from './plain-text.ts'
import { at, type Problem } from './problem.ts'
import type { Rule, Scalar } from './settings.ts'

export type Holds = 'text' | 'date' | 'time_zone'

export interface RuleContext {
  holds: Holds
  known: KnownFields | null
  timeZones: ReadonlySet<string> | null
}

const sources = ['from', 'constant', 'expression'] as const

export function ruleProblems(rule: Rule, path: string, context: RuleContext): Problem[] {
  const given = sources.filter(source => rule[source] !== undefined)
  if (given.length !== 1) {
    const has = given.length === 0 ? 'has none of' : `has ${given.join(' and ')}; it takes exactly one of`
    return [{ path, message: `${has} from, constant, expression` }]
  }
  return [
    ...pathProblems(rule, path, context),
    ...expressionProblems(rule, path, context.known),
    ...emptyProblems(rule, path),
    ...heldProblems(rule, path, context),
  ]
}

/** The HiBob paths of `from`, each with its pointer. */
function fromPaths({ from }: Rule, path: string): { field: string; path: string }[] {
  if (from === undefined) return []
  if (!Array.isArray(from)) return [{ field: from, path: at(path, 'from') }]
  return from.map((field, index) => ({ field, path: at(at(path, 'from'), index) }))
}

function pathProblems(rule: Rule, path: string, { known, holds }: RuleContext): Problem[] {
  return fromPaths(rule, path).flatMap(({ field, path }): Problem[] => {
    const message = unknownField(field, known)
    if (message !== null) return [{ path, message }]
    const kind = holds === 'date' && rule.values === undefined ? cannotBeDate(field, known) : null
    return kind === null ? [] : [{ path, message: `“${field}” holds ${kind}, and this field takes a date` }]
  })
}

const dateTypes = new Set(['date', 'time', 'text', 'time-series'])

function cannotBeDate(field: string, known: KnownFields | null): string | null {
  const found = known?.get(field)
  if (found?.list) return `items of the list “${found.list}”`
  return found?.type === undefined || dateTypes.has(found.type) ? null : `a value of the type “${found.type}”`
}

function expressionProblems({ expression, as }: Rule, path: string, known: KnownFields | null): Problem[] {
  if (expression === undefined) return []
  const problems: Problem[] = []
  if (as !== undefined)
    problems.push({
      path: at(path, 'as'),
      message: 'is for “from”; in an expression a label is labels."work.department"',
    })
  try {
    const { paths, texts } = compileExpression(expression)
    const messages = [...paths.map(field => unknownField(field, known)), ...texts.map(notPlainWithin)]
    for (const message of messages) if (message !== null) problems.push({ path: at(path, 'expression'), message })
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    problems.push({ path: at(path, 'expression'), message: `cannot be used: ${error.message}` })
  }
  return problems
}

/** An expression may split and join lines. */
function notPlainWithin(text: string): string | null {
  const found = controlCharacterIn(text, '\t\n\r')
  return found === null ? null : `has a text that holds a control character (${found}): leave it out`
}

function emptyProblems(rule: Rule, path: string): Problem[] {
  if (rule.when_empty === 'default' && rule.default === undefined)
    return [{ path: at(path, 'default'), message: 'is missing: “when_empty” is “default”' }]
  if (rule.when_empty === 'clear' && rule.default !== undefined)
    return [
      { path: at(path, 'default'), message: 'is never used while “when_empty” is “clear”: leave one of the two out' },
    ]
  return []
}

/** The values that the rule itself gives must be such as the field holds. */
function heldProblems(rule: Rule, path: string, context: RuleContext): Problem[] {
  const given: [string, Scalar | undefined][] = [
    [at(path, 'constant'), rule.constant],
    [at(path, 'default'), rule.default],
    ...Object.entries(rule.values ?? {}).map(([name, value]): [string, Scalar] => [
      at(at(path, 'values'), name),
      value,
    ]),
  ]
  return given.flatMap(([path, value]) => {
    const text = String(value ?? '')
    const message = text === '' ? null : (notPlain(text) ?? cannotHold(text, context))
    return message === null ? [] : [{ path, message }]
  })
}

/** Fields hold one line. */
function notPlain(text: string): string | null {
  const found = controlCharacterIn(text)
  return found === null ? null : `must not hold a control character (got ${found})`
}

function cannotHold(value: string, { holds, timeZones }: RuleContext): string | null {
  if (holds === 'date') return isDate(value) ? null : 'must be a day of the calendar, YYYY-MM-DD'
  return holds === 'time_zone' ? unknownTimeZone(value, timeZones) : null
}

export function unknownTimeZone(name: string, timeZones: ReadonlySet<string> | null): string | null {
  return timeZones === null || timeZones.has(name)
    ? null
    : `“${name}” is no IANA time zone, such as “Europe/London” or “UTC”`
}
