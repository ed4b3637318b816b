// Settings made ready for the fold, once per version: see `compileSettings`. Everything here is pure, and total but for its `error`.
import type { MappedField, Scalar, Settings } from './settings.ts'

/** What is kept of one person: HiBob path → machine value, human label, and the last value that was not empty where that is kept. */
export interface Kept {
  fields: Record<string, unknown>
  labels: Record<string, string>
  last?: Record<string, { value: unknown; label?: string }>
}

export interface NamesOfItems {
  /** The name that the company's own list gives an item; undefined while no list has named it. */
  itemName(list: string, item: string): string | null | undefined
}

export interface RuleValue {
  /** null: empty, after default and `when_empty`. */
  value: Scalar | null
  /** The path that gave it; null for a constant, an expression, a default, or when all are empty. */
  path: string | null
  /** The machine value there, as text: a list item's id where the field holds one; null where a table made another value of it. */
  raw: string | null
  /** Why the rule could not be followed; the field then keeps its last value. */
  error: string | null
}

export interface CompiledRule {
  /** The HiBob paths that it reads. */
  paths: readonly string[]
  /** The list whose items its field holds, if it does. */
  list: string | null
  evaluate(kept: Kept, names: NamesOfItems): RuleValue
}

export interface CompiledSettings {
  settings: Settings
  /** Only fields with a rule of their own; null: no value. */
  fields: ReadonlyMap<MappedField, CompiledRule | null>
  customFields: ReadonlyMap<string, CompiledRule>
  personTimeZone: CompiledRule | null
  /** Whether this person is to be a user. */
  isIncluded(kept: Kept): boolean
  scopePaths: readonly string[]
  /** Every HiBob path that these settings read beyond the standard ones, sorted. */
  paths: readonly string[]
  /** Every list that names items for them beyond the standard ones, sorted. */
  lists: readonly string[]
  /** Paths whose last non-empty value must be kept (`when_empty: keep`). */
  keptPaths: ReadonlySet<string>
}
