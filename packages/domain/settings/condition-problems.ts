// What is wrong with a condition: each part is named, down to its patterns and dates.
import { conditionPattern } from './condition.ts'
import { isDate } from './date.ts'
import { PatternError } from './pattern-error.ts'
import { at, isRecord, type Problem } from './problem.ts'
import type { Schema } from './schema-words.ts'
import { Condition } from './settings.ts'
import { shapeProblems } from './shape-problems.ts'

const depthMax = 20
const variants = (Condition as unknown as Schema).$defs?.['Condition']?.anyOf ?? []
const schemaOf = new Map(
  variants.flatMap(({ properties = {} }) => Object.entries(properties)).filter(([name]) => name !== 'field'),
)
const kinds = [...schemaOf.keys()]
const combining = ['all', 'any', 'not']
const fieldSchema = variants.find(({ properties }) => properties?.['field'])?.properties?.['field'] as Schema

/** `unknownField`: why HiBob has no such field, or null. */
export function conditionProblems(
  condition: unknown,
  path: string,
  unknownField: (field: string) => string | null,
  depth = 1,
): Problem[] {
  if (depth > depthMax) return [{ path, message: `conditions nest at most ${depthMax} deep` }]
  if (!isRecord(condition))
    return [{ path, message: 'must be a condition, such as {"field": "work.site", "equals": "London"}' }]
  const [kind, ...others] = kinds.filter(name => Object.hasOwn(condition, name))
  if (kind === undefined) return [{ path, message: `must have one of ${kinds.join(', ')}` }]
  if (others.length > 0)
    return [{ path, message: `has ${[kind, ...others].join(' and ')}; for several conditions use “all” or “any”` }]
  const inner = (value: unknown, name: string | number, below: string) =>
    conditionProblems(value, at(below, name), unknownField, depth + 1)
  const extra = Object.keys(condition)
    .filter(name => name !== kind && !(name === 'field' && !combining.includes(kind)))
    .map(name => ({ path: at(path, name), message: `does not belong beside “${kind}”` }))
  if (kind === 'not') return [...extra, ...inner(condition['not'], 'not', path)]
  const value = condition[kind]
  if (combining.includes(kind)) {
    if (!Array.isArray(value) || value.length === 0 || value.length > 50)
      return [...extra, { path: at(path, kind), message: 'must be a list of 1 to 50 conditions' }]
    return [...extra, ...value.flatMap((item, index) => inner(item, index, at(path, kind)))]
  }
  return [...extra, ...fieldProblems(condition, path, unknownField), ...valueProblems(kind, value, at(path, kind))]
}

function fieldProblems(
  condition: Record<string, unknown>,
  path: string,
  unknownField: (field: string) => string | null,
): Problem[] {
  if (!Object.hasOwn(condition, 'field')) return [{ path: at(path, 'field'), message: 'is missing' }]
  const problems = shapeProblems(fieldSchema, condition['field'], at(path, 'field'))
  if (problems.length > 0) return problems
  const message = unknownField(condition['field'] as string)
  return message === null ? [] : [{ path: at(path, 'field'), message }]
}

function valueProblems(kind: string, value: unknown, path: string): Problem[] {
  const problems = shapeProblems(schemaOf.get(kind) as Schema, value, path)
  if (problems.length > 0) return problems
  if ((kind === 'before' || kind === 'after') && !isDate(value as string))
    return [{ path, message: 'is no day of the calendar' }]
  return kind === 'matches' ? patternProblems(value as string, path) : []
}

function patternProblems(source: string, path: string): Problem[] {
  try {
    conditionPattern(source)
    return []
  } catch (error) {
    if (error instanceof PatternError) return [{ path, message: `is no pattern that can be used: ${error.message}` }]
    throw error
  }
}
