// One rule made ready: from what is kept of a person to one value. It never throws: what cannot be followed is its `error`.
import { inOneForm, isBlank } from '../text.ts'
import { shortText } from '../value-limits.ts'
import type { CompiledRule, Kept, NamesOfItems, RuleValue } from './compiled.ts'
import { compileExpression, type Expression } from './expression.ts'
import { ExpressionError } from './expression-syntax.ts'
import { listHeldBy } from './field-lists.ts'
import { oneValueOf, UnreadableField, valuesOf } from './field-value.ts'
import type { Rule, Scalar } from './settings.ts'

type LastValues = NonNullable<Kept['last']>

/** A value on its way through a rule; `raw` is its machine value, where it has one. */
interface Found {
  value: Scalar
  label: string
  path: string | null
  raw: string | null
}

/** `convert` makes the value what the field can hold; it may throw UnreadableField. */
export function compileRule(rule: Rule, convert: (value: Scalar) => Scalar = value => value): CompiledRule {
  const { paths, find } = source(rule)
  const lists = new Set(paths.map(path => listHeldBy(path, rule.list)))
  const [list = null] = lists.size === 1 ? lists : []
  const keeps = rule.when_empty === 'keep'
  const table = rule.values && new Map(Object.entries(rule.values).map(([text, value]) => [tableKey(text), value]))

  function follow(kept: Kept, names: NamesOfItems): RuleValue {
    const found =
      tabled(table, find(kept, names, null)) ?? (keeps ? tabled(table, find(kept, names, kept.last ?? {})) : null)
    if (found !== null) return { value: convert(found.value), path: found.path, raw: found.raw, error: null }
    const value = rule.when_empty === 'clear' ? null : (rule.default ?? null)
    return { value: isEmpty(value) ? null : convert(value), path: null, raw: null, error: null }
  }

  return {
    paths,
    list,
    evaluate: (kept, names) => {
      try {
        const followed = follow(kept, names)
        const { value, path } = followed
        if (typeof value !== 'string') return followed
        // half of a surrogate pair is kept by no store: constants may hold one, expressions may cut one
        return { ...followed, value: shortText(path ?? 'the value', value.toWellFormed()) }
      } catch (error) {
        if (!(error instanceof UnreadableField || error instanceof ExpressionError)) throw error
        return { value: null, path: null, raw: null, error: error.message.toWellFormed() }
      }
    },
  }
}

/** `last`: the values to take for fields that are empty now. */
type Find = (kept: Kept, names: NamesOfItems, last: LastValues | null) => Found | null

function source(rule: Rule): { paths: readonly string[]; find: Find } {
  if (rule.expression !== undefined) return expressionSource(rule, rule.expression)
  if (rule.constant !== undefined) {
    const { constant } = rule
    return { paths: [], find: () => plain(constant) }
  }
  const paths = [rule.from ?? []].flat()
  return {
    paths,
    find: (kept, names, last) => {
      for (const path of paths) {
        const found = fieldAt(rule, path, kept, names, last)
        if (found !== null) return found
      }
      return null
    },
  }
}

function fieldAt(rule: Rule, path: string, kept: Kept, names: NamesOfItems, last: LastValues | null): Found | null {
  const now = oneValueOf(path, kept.fields[path])
  const value = now ?? oneValueOf(path, last?.[path]?.value)
  if (value === null) return null
  // an item's own name, which may be unreadable, does not matter where its id is asked for
  if (rule.as === 'id' && rule.values === undefined) return { value, label: '', path, raw: String(value) }
  const given = now === null ? last?.[path]?.label : kept.labels[path]
  const label = labelOf(value, given, listHeldBy(path, rule.list), names)
  return { value: rule.as === 'id' ? value : label, label: String(label), path, raw: String(value) }
}

function labelOf(value: Scalar, given: string | undefined, list: string | null, names: NamesOfItems): Scalar {
  const named = list === null ? null : names.itemName(list, String(value))
  const [label] = [named, given].filter(label => label != null && !isBlank(label))
  return label ?? value
}

function expressionSource(rule: Rule, text: string): { paths: readonly string[]; find: Find } {
  const compiled = expressionOrError(text)
  if (typeof compiled === 'string') {
    return {
      paths: [],
      find: () => {
        throw new ExpressionError(compiled)
      },
    }
  }
  const { paths } = compiled
  return {
    paths,
    find: (kept, names, last) => {
      const input: Input = { fields: empty(), labels: empty() }
      for (const path of paths) addField(input, rule, path, kept, names, last)
      const value = compiled.evaluate(input)
      return value === null ? null : plain(value)
    },
  }
}

/** Its texts are compared in one Unicode form: the expression's own, and those of its input. */
function expressionOrError(text: string): Expression | string {
  try {
    return compileExpression(inOneForm(text))
  } catch (error) {
    if (error instanceof ExpressionError) return error.message
    throw error
  }
}

interface Input extends Record<string, unknown> {
  fields: Record<string, unknown>
  labels: Record<string, unknown>
}

/** The field under its path (`work.department`), and whole under `fields."…"` and `labels."…"`. An empty field is not there. */
function addField(
  input: Input,
  rule: Rule,
  path: string,
  kept: Kept,
  names: NamesOfItems,
  last: LastValues | null,
): void {
  const now = valuesOf(path, kept.fields[path])
  const values = now.length > 0 ? now : valuesOf(path, last?.[path]?.value)
  const [first] = values
  if (first === undefined) return
  const given = now.length > 0 ? kept.labels[path] : last?.[path]?.label
  const value = values.length === 1 ? formed(first) : values.map(formed)
  const list = listHeldBy(path, rule.list)
  input.fields[path] = value
  input.labels[path] = values.length === 1 ? formed(labelOf(first, given, list, names)) : formed(given ?? value)
  nest(input, path.split('.'), value)
}

function nest(into: Record<string, unknown>, [name, ...others]: string[], value: unknown): void {
  if (name === undefined) return
  if (others.length === 0) {
    if (!(name in into)) into[name] = value
    return
  }
  if (!(name in into)) into[name] = empty()
  const inner = into[name]
  if (typeof inner === 'object' && inner !== null && !Array.isArray(inner))
    nest(inner as Record<string, unknown>, others, value)
}

const formed = <T>(value: T): T => (typeof value === 'string' ? (inOneForm(value) as T) : value)

const empty = (): Record<string, unknown> => Object.create(null)

const plain = (value: Scalar): Found => ({ value, label: String(value), path: null, raw: null })

/** What the rule's table makes of it, which is no list item any more; what it does not name stays. An empty text is no value. */
function tabled(table: ReadonlyMap<string, Scalar> | undefined, found: Found | null): Found | null {
  if (found === null || table === undefined) return found === null || isEmpty(found.value) ? null : found
  const texts = [found.label, found.raw].filter(text => text !== null).map(tableKey)
  const key = texts.find(text => table.has(text))
  const value = key === undefined ? found.value : (table.get(key) as Scalar)
  if (isEmpty(value)) return null
  return key === undefined ? found : { ...found, value, raw: null }
}

const tableKey = (text: string) => inOneForm(text.trim())
const isEmpty = (value: Scalar | null): value is null | '' =>
  value === null || (typeof value === 'string' && isBlank(value))
