// A JSONata expression over a person's HiBob fields: the same fields give the same value, and no expression takes long. It is bounded
// by evaluation steps, depth and sizes, never by time, so that a replay stops where the first fold stopped.
import { expressionPaths } from './expression-paths.ts'
import { ExpressionError, functionsHidden, readExpression } from './expression-syntax.ts'
import type { Pattern } from './pattern.ts'
import type { Scalar } from './settings.ts'

export const expressionLimits = {
  steps: 5000,
  depth: 150,
  /** Characters of one text; of a list each item counts as eight more. */
  size: 4000,
  /** The sizes of all values on the way. */
  sizes: 500_000,
  rangeEnd: 10_000,
  patternSteps: 500_000,
  result: 1000,
} as const

export type ExpressionInput = Record<string, unknown>

export interface Expression {
  /** The HiBob paths that it reads. */
  paths: readonly string[]
  /** The texts that it says itself. */
  texts: readonly string[]
  /** Its value, null for none. Throws ExpressionError when it fails or exceeds a bound. */
  evaluate(input: ExpressionInput): Scalar | null
}

const limits = expressionLimits
const spent = { steps: 0, depth: 0, sizes: 0, patternSteps: 0 }

/** Throws ExpressionError for what is no expression, or one that is not available. */
export function compileExpression(text: string): Expression {
  const { expression, ast, rangeEnds, texts } = readExpression(text, regexEngine)
  for (const name of functionsHidden)
    expression.registerFunction(name, () => {
      throw new ExpressionError(`$${name} is not available`)
    })
  expression.registerFunction('pad', pad, '<s-ns?:s>')
  expression.assign('__evaluate_entry', () => {
    within(++spent.steps, limits.steps, 'steps')
    within(++spent.depth, limits.depth, 'levels of nesting')
  })
  expression.assign('__evaluate_exit', (node: unknown, _input: unknown, _environment: unknown, result: unknown) => {
    spent.depth--
    if (rangeEnds.has(node) && Math.abs(Number(result)) > limits.rangeEnd)
      throw new ExpressionError(`a range may begin and end between -${limits.rangeEnd} and ${limits.rangeEnd}`)
    spent.sizes += sizeOf(result, limits.size)
    within(spent.sizes, limits.sizes, 'characters in all values on the way')
  })
  return {
    paths: expressionPaths(ast),
    texts,
    evaluate: input => {
      Object.assign(spent, { steps: 0, depth: 0, sizes: 0, patternSteps: 0 })
      try {
        // without bindings of its own an evaluation would leave its variables to the next
        return scalarOf(expression.evaluate(input, {}))
      } catch (error) {
        if (error instanceof ExpressionError) throw error
        throw new ExpressionError(failureOf(error as JsonataFailure))
      }
    },
  }
}

interface JsonataFailure {
  message?: unknown
  code?: unknown
  value?: unknown
}

/** JSONata quotes the value that it could not use; it is a person's, and shows elsewhere. */
function failureOf({ message, code, value }: JsonataFailure): string {
  const text = String(message ?? code ?? 'it failed')
  const quoted = value === undefined ? '' : (JSON.stringify(value) ?? '')
  return (quoted === '' ? text : text.replaceAll(quoted, '…')).slice(0, 300)
}

function within(count: number, limit: number, what: string): void {
  if (count > limit) throw new ExpressionError(`it takes more than ${limit} ${what}`)
}

/** Throws ExpressionError as soon as the size is more than `left`. What several places share counts in each. */
function sizeOf(value: unknown, left: number): number {
  let size = 4
  if (typeof value === 'string') size += value.length
  if (Array.isArray(value)) size += 4 * value.length
  if (size > left) throw new ExpressionError(`a value on the way is larger than ${limits.size} characters`)
  if (typeof value !== 'object' || value === null || '_jsonata_lambda' in value || '_jsonata_function' in value)
    return size
  if (Array.isArray(value)) for (const item of value) size += sizeOf(item, left - size)
  else for (const [key, item] of Object.entries(value)) size += key.length + sizeOf(item, left - size - key.length)
  return size
}

function scalarOf(value: unknown): Scalar | null {
  if (value === undefined || value === null || value === '') return null
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  if (Array.isArray(value))
    throw new ExpressionError('it gives a list: take one item, such as […][0], or join them with $join')
  if (typeof value !== 'string') throw new ExpressionError('it gives neither a text nor a number nor true or false')
  if (value.length > limits.result) throw new ExpressionError(`its text is longer than ${limits.result} characters`)
  return value
}

/** JSONata's own makes the padding before it can be measured. */
function pad(text: string | undefined, width: number, fill?: string): string | undefined {
  if (text === undefined) return undefined
  within(Math.abs(width), limits.size, 'characters')
  const missing = Math.abs(width) - [...text].length
  if (missing <= 0) return text
  const units = [...(fill || ' ')]
  const padding = Array.from({ length: missing }, (_, index) => units[index % units.length]).join('')
  return width > 0 ? text + padding : padding + text
}

/** What JSONata makes of a pattern's node: like a RegExp with the flag `g`. */
function regexEngine(pattern: Pattern) {
  const engine = {
    lastIndex: 0,
    exec(text: unknown) {
      if (typeof text !== 'string') throw new ExpressionError('a pattern is for texts')
      const found = pattern.search(text, engine.lastIndex, steps => {
        spent.patternSteps += steps
        within(spent.patternSteps, limits.patternSteps, 'steps within patterns')
      })
      engine.lastIndex = found?.[1] ?? 0
      if (found === null) return null
      const parts = Array.from({ length: found.length / 2 }, (_, index) => {
        const [begin = -1, end = -1] = found.slice(2 * index, 2 * index + 2)
        return begin < 0 || end < 0 ? undefined : text.slice(begin, end)
      })
      return Object.assign(parts, { index: found[0] })
    },
  }
  return engine
}
