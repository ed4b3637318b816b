// A condition over what is kept of a person. A field is compared by its machine value and by its label, whichever fits, without regard
// to case, since HiBob itself writes its statuses now one way, now another, and in one Unicode form. What cannot be read meets nothing.

import { inOneCase, inOneForm } from '../text.ts'
import type { Kept } from './compiled.ts'
import { dateIn } from './date.ts'
import { valuesOf } from './field-value.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import { PatternError } from './pattern-error.ts'
import type { Condition, Scalar } from './settings.ts'

export type Test = (kept: Kept) => boolean

/** A longer text meets no pattern. */
export const matchedTextMax = 1000

export function compileCondition(condition: Condition): Test {
  if ('all' in condition) {
    const tests = condition.all.map(compileCondition)
    return kept => tests.every(test => test(kept))
  }
  if ('any' in condition) {
    const tests = condition.any.map(compileCondition)
    return kept => tests.some(test => test(kept))
  }
  if ('not' in condition) {
    const test = compileCondition(condition.not)
    return kept => !test(kept)
  }
  const { field } = condition
  if ('empty' in condition) {
    const { empty } = condition
    return kept => {
      const values = readable(field, kept)
      return values !== null && (values.length === 0) === empty
    }
  }
  const test = textTest(condition)
  return kept => textsOf(field, kept).some(test)
}

/** Every HiBob path that it reads. */
export function conditionPaths(condition: Condition): string[] {
  if ('all' in condition) return condition.all.flatMap(conditionPaths)
  if ('any' in condition) return condition.any.flatMap(conditionPaths)
  if ('not' in condition) return conditionPaths(condition.not)
  return [condition.field]
}

/** A pattern of a condition: `(?i)` before it means in any case. Throws PatternError. */
export function conditionPattern(source: string): Pattern {
  const ignoreCase = source.startsWith('(?i)')
  return compilePattern(inOneForm(ignoreCase ? source.slice(4) : source), { ignoreCase })
}

type FieldCondition = Exclude<Condition, { all: unknown } | { any: unknown } | { not: unknown } | { empty: unknown }>

function textTest(condition: FieldCondition): (text: string) => boolean {
  if ('equals' in condition) {
    const wanted = alike(condition.equals)
    return text => alike(text) === wanted
  }
  if ('in' in condition) {
    const wanted = new Set(condition.in.map(alike))
    return text => wanted.has(alike(text))
  }
  if ('matches' in condition) return matching(condition.matches)
  const { before, after } = condition as { before?: string; after?: string }
  return text => {
    const date = dateIn(text)
    return date !== null && (before === undefined ? date > (after as string) : date < before)
  }
}

function matching(source: string): (text: string) => boolean {
  try {
    const pattern = conditionPattern(source)
    return text => text.length <= matchedTextMax && pattern.search(inOneForm(text), 0) !== null
  } catch (error) {
    if (error instanceof PatternError) return () => false
    throw error
  }
}

const alike = (value: Scalar) => inOneCase(String(value).trim())

function textsOf(field: string, kept: Kept): string[] {
  const values = readable(field, kept)
  if (values === null || values.length === 0) return []
  const label = kept.labels[field]
  return label === undefined ? values.map(String) : [...values.map(String), label]
}

function readable(field: string, kept: Kept): Scalar[] | null {
  try {
    return valuesOf(field, kept.fields[field])
  } catch {
    return null
  }
}
