// Settings made ready for the fold. Of the right shape they always can be: a rule that `checkSettings` would not have let pass gives errors.
import { Compile } from 'typebox/compile'
import { DomainError } from '../domain-error.ts'
import { listNames, standardFields } from '../hibob-fields.ts'
import type { CompiledRule, CompiledSettings } from './compiled.ts'
import { compileCondition, conditionPaths } from './condition.ts'
import { dateIn } from './date.ts'
import { standardListOf } from './field-lists.ts'
import { UnreadableField } from './field-value.ts'
import { compileRule } from './rule.ts'
import { type MappedField, mappedFields, type Rule, type Scalar, Settings } from './settings.ts'

const shape = Compile(Settings)
const compiledOf = new WeakMap<Settings, CompiledSettings>()

/** Made once per settings object, which must not be changed afterwards. Throws DomainError `settings_unreadable` for another shape. */
export function compileSettings(settings: Settings): CompiledSettings {
  let compiled = compiledOf.get(settings)
  if (compiled === undefined) {
    compiled = compile(settings)
    compiledOf.set(settings, compiled)
  }
  return compiled
}

function compile(settings: Settings): CompiledSettings {
  if (!shape.Check(settings)) {
    const [error] = shape.Errors(settings)
    const place = placeOf(error?.instancePath ?? '')
    throw new DomainError('settings_unreadable', `settings cannot be read at “${place}”: ${error?.message}`)
  }
  const pairs: [Rule, CompiledRule][] = []
  function ready(rule: Rule, convert?: (value: Scalar) => Scalar): CompiledRule {
    const compiled = compileRule(rule, convert)
    pairs.push([rule, compiled])
    return compiled
  }
  const fields = new Map<MappedField, CompiledRule | null>()
  for (const field of mappedFields) {
    const rule = settings.fields?.[field]
    if (rule !== undefined) fields.set(field, rule && ready(rule, converterOf(field)))
  }
  const customFields = new Map<string, CompiledRule>()
  for (const [name, rule] of Object.entries(settings.custom_fields ?? {})) customFields.set(name, ready(rule))
  const personTimeZone = settings.person_time_zone ? ready(settings.person_time_zone, String) : null
  const test = settings.scope && compileCondition(settings.scope.include)
  const scopePaths = sorted(settings.scope ? conditionPaths(settings.scope.include) : [])
  return {
    settings,
    fields,
    customFields,
    personTimeZone,
    isIncluded: kept => test === undefined || test(kept),
    scopePaths,
    paths: sorted([...pairs.flatMap(([, { paths }]) => paths), ...scopePaths].filter(path => !standard.has(path))),
    lists: sorted(pairs.flatMap(([rule, { paths }]) => listsToldBy(rule, paths))),
    keptPaths: new Set(pairs.flatMap(([rule, { paths }]) => (rule.when_empty === 'keep' ? paths : []))),
  }
}

/** A table is keyed by values, and what is no name of a setting may be one. */
function placeOf(path: string): string {
  const [within = ''] = path.split(/(?<=\/values)\//)
  return within.replace(/\/[^/]*/g, name => (/^\/[a-z0-9_]{0,63}$/.test(name) ? name : '/…'))
}

/** A list that a rule names is for the fields beyond the standard ones, whose lists are known. */
function listsToldBy({ list }: Rule, paths: readonly string[]): string[] {
  return list !== undefined && !standardLists.has(list) && paths.some(path => standardListOf(path) === null)
    ? [list]
    : []
}

const standard = new Set<string>(standardFields)
const standardLists = new Set<string>(listNames)
const sorted = (names: string[]) => [...new Set(names)].sort()

/** Learn Amp's own fields hold texts and dates, whatever HiBob's do. */
function converterOf(field: MappedField): (value: Scalar) => Scalar {
  if (field === 'email') return value => String(value).trim()
  return field === 'hire_date' || field === 'leave_date' ? value => dateOf(field, value) : String
}

function dateOf(field: string, value: Scalar): string {
  const date = dateIn(String(value))
  if (date === null)
    throw new UnreadableField(`${field} must be a day of the calendar (YYYY-MM-DD), but its rule gives another text`)
  return date
}
