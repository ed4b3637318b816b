// One person under settings, step by step: which HiBob fields a rule reads, what they hold, which rule holds, what comes of it.
import type { ListState, UserDocument } from '../documents.ts'
import { ruleInForce, wasAsked } from '../map-under.ts'
import { ownValue } from '../own-value.ts'
import type { CompiledRule, CompiledSettings, Kept, NamesOfItems } from '../settings/compiled.ts'
import type { SettingsNow } from '../settings/in-force.ts'
import { type MappedField, mappedFields, type Rule } from '../settings/settings.ts'
import { inOneForm } from '../text.ts'

export interface RuleStep {
  field: string
  /** As the settings have it; null: no value; `standard`: none of its own. */
  rule: Rule | null | 'standard'
  /** `waiting`: HiBob was not asked for its fields yet, so the former rule holds. */
  holds: 'now' | 'waiting'
  hibob: { path: string; asked: boolean; value: unknown; label: string | null }[]
  /** The field that gave the value, and what the rule made of it. */
  from: string | null
  result: unknown
  error: string | null
  /** The user's value before, and under these settings. */
  before: unknown
  after: unknown
}

/** `former` and `next`: the person before and under `settings`. */
export function ruleSteps(
  settings: SettingsNow,
  former: UserDocument,
  next: UserDocument,
  names: NamesOfItems,
): RuleStep[] {
  const { last } = next.standing ?? {}
  const kept: Kept = last == null ? next.observed : { ...next.observed, last }
  const person = { kept, absent: next.standing?.absent ?? [] }
  const own = settings.compiled.settings
  const step = (
    field: string,
    rule: Rule | null | undefined,
    of: (settings: CompiledSettings) => CompiledRule | null | undefined,
    valueIn: (document: UserDocument) => unknown,
  ): RuleStep => {
    const present = of(settings.compiled)
    const inForce = ruleInForce(settings, person, of)
    const result = inForce ? inForce.evaluate(kept, names) : null
    return {
      field,
      rule: rule === undefined ? 'standard' : rule,
      holds: present && !wasAsked(present, person) ? 'waiting' : 'now',
      hibob: (present?.paths ?? []).map(path => ({
        path,
        asked: wasAsked({ paths: [path] }, person),
        value: kept.fields[path] ?? null,
        label: kept.labels[path] ?? null,
      })),
      from: result?.path ?? null,
      result: result?.value ?? null,
      error: ownValue(next.standing?.errors, field) ?? result?.error ?? null,
      before: valueIn(former) ?? null,
      after: valueIn(next) ?? null,
    }
  }
  return [
    ...mappedFields.map((field: MappedField) =>
      step(
        field,
        own.fields?.[field],
        ({ fields }) => fields.get(field),
        ({ user }) => user[field],
      ),
    ),
    ...[...settings.compiled.customFields.keys()].map(name =>
      step(
        `custom_fields.${name}`,
        ownValue(own.custom_fields, name),
        ({ customFields }) => customFields.get(name),
        ({ user }) => ownValue(user.custom_fields, name),
      ),
    ),
  ]
}

/** Names of items out of the lists as they are kept. */
export function namesIn(lists: ReadonlyMap<string, ListState>): NamesOfItems {
  return {
    itemName: (list, item) => lists.get(list)?.items.find(({ id }) => id === inOneForm(item))?.name ?? undefined,
  }
}
