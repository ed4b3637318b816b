// The mapping under a tenant's settings: the standard one, with the fields that have a rule of their own laid over it.
import type { Team, User, UserStatus } from './documents.ts'
import { standardFields } from './hibob-fields.ts'
import { type MappingContext, mapUser } from './mapping.ts'
import { ownValue } from './own-value.ts'
import type { CompiledRule, CompiledSettings, Kept, NamesOfItems, RuleValue } from './settings/compiled.ts'
import { UnreadableField } from './settings/field-value.ts'
import type { SettingsNow } from './settings/in-force.ts'
import { type MappedField, mappedFields, type Scalar } from './settings/settings.ts'
import { inOneForm } from './text.ts'
import { shortText } from './value-limits.ts'

export interface MappedUnder {
  user: User
  /** Field → why its rule could not be followed. */
  errors: Record<string, string> | null
}

export interface Mapped {
  id: string
  kept: Kept
  /** Paths that HiBob was asked for and did not give. */
  absent: readonly string[]
  status: UserStatus
  /** The user as last published: a field that cannot be read, or whose rule cannot be followed, keeps that value. */
  former: User | null
}

const asked = new Set<string>(standardFields)

export function mapUnder(settings: SettingsNow, person: Mapped, context: MappingContext & NamesOfItems): MappedUnder {
  const { id, kept, status, former } = person
  const { user, errors: unread } = mapUser({ id, observed: kept, status, former }, context)
  const errors: Record<string, string> = { ...unread }
  for (const field of mappedFields) {
    const rule = ruleInForce(settings, person, compiled => compiled.fields.get(field))
    if (rule === undefined) continue
    delete errors[field]
    const mapped = rule === null ? null : mappedValue(field, rule, kept, context)
    if (mapped !== null && typeof mapped === 'object' && 'error' in mapped) {
      errors[field] = mapped.error
      assign(user, field, former?.[field] ?? null)
    } else assign(user, field, mapped)
  }
  if (settings.compiled.settings.override_manager === false) {
    user.override_manager = null
    delete errors['override_manager']
  }
  if (settings.compiled.customFields.size > 0) user.custom_fields = customFields(settings, person, context, errors)
  return { user, errors: Object.keys(errors).length === 0 ? null : errors }
}

/** The rule whose fields have been asked for: the present one, else the former. undefined: the standard mapping; `null`: no value. */
export function ruleInForce(
  { compiled, former }: SettingsNow,
  person: Pick<Mapped, 'kept' | 'absent'>,
  of: (settings: CompiledSettings) => CompiledRule | null | undefined,
): CompiledRule | null | undefined {
  const present = of(compiled)
  return present && !wasAsked(present, person) ? of(former) : present
}

export function wasAsked(
  { paths }: Pick<CompiledRule, 'paths'>,
  { kept, absent }: Pick<Mapped, 'kept' | 'absent'>,
): boolean {
  return paths.every(path => asked.has(path) || Object.hasOwn(kept.fields, path) || absent.includes(path))
}

function customFields(
  settings: SettingsNow,
  person: Mapped,
  context: MappingContext & NamesOfItems,
  errors: Record<string, string>,
): Record<string, Scalar | null> {
  const values: Record<string, Scalar | null> = {}
  for (const name of settings.compiled.customFields.keys()) {
    const before = ownValue(person.former?.custom_fields, name) ?? null
    const rule = ruleInForce(settings, person, compiled => compiled.customFields.get(name))
    const result = rule ? rule.evaluate(person.kept, context) : null
    // a rule that nobody has asked HiBob for yet, and none before it: nothing is known
    values[name] = result === null ? before : result.error === null ? result.value : before
    if (result?.error) errors[`custom_fields.${name}`] = result.error
  }
  return values
}

type MappedValue = string | Team | null | { error: string }

function mappedValue(
  field: MappedField,
  rule: CompiledRule,
  kept: Kept,
  context: MappingContext & NamesOfItems,
): MappedValue {
  const result = rule.evaluate(kept, context)
  if (result.error !== null) return { error: result.error }
  if (result.value === null) return null
  if (field !== 'primary_team') return String(result.value)
  try {
    const team = teamFrom(rule, result, context)
    // the form in which texts are compared may be longer than the text
    shortText('the id of the team', team.id)
    return team
  } catch (error) {
    if (error instanceof UnreadableField) return { error: error.message }
    throw error
  }
}

/** A list item is a team by its id, whatever it is called; any other text is one by its letters. */
function teamFrom(rule: CompiledRule, { value, raw, path }: RuleValue, context: MappingContext & NamesOfItems): Team {
  const name = String(value)
  if (rule.list === null || raw === null || path === null) {
    const id = `text:${name.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()}`
    return { id, name: context.teamName(id) ?? name.trim() }
  }
  const item = inOneForm(raw)
  const id = rule.list === 'department' ? item : `${rule.list}:${item}`
  return { id, name: context.itemName(rule.list, item) ?? context.teamName(id) ?? name }
}

/** The list and item that a team stands for. */
export function teamSource(settings: SettingsNow | null, id: string): { list: string; item: string } {
  const own = settings !== null && [settings.compiled, settings.former].some(({ fields }) => fields.get('primary_team'))
  const colon = own ? id.indexOf(':') : -1
  return colon < 0 ? { list: 'department', item: id } : { list: id.slice(0, colon), item: id.slice(colon + 1) }
}

function assign(user: User, field: MappedField, value: unknown): void {
  ;(user as unknown as Record<string, unknown>)[field] = value
}
