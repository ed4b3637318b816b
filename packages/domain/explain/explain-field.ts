// One field of a user: its value, where it comes from, and what stands in the way of a newer one.
import type { ReferenceState, User, UserDocument } from '../documents.ts'
import { wasAsked } from '../map-under.ts'
import { ownValue } from '../own-value.ts'
import { waitsForStatus } from '../standing.ts'
import { eventTimeline } from './event-timeline.ts'
import type { Evidence } from './evidence.ts'
import { eventAt, lastObservation } from './evidence-reading.ts'
import type { FieldExplanation, HibobValue, Step } from './explanation.ts'
import { type FieldSource, listOf, sourceOf } from './field-sources.ts'
import { provenanceOf } from './provenance-of.ts'
import { referenceOf } from './seen-event.ts'

/** The names of a user's fields as they are explained: those within `custom_fields` one by one. */
export function explainedFields(user: User): string[] {
  return Object.entries(user).flatMap(([field, value]) =>
    field === 'custom_fields' && typeof value === 'object' && value !== null
      ? Object.keys(value).map(name => `${field}.${name}`)
      : field === 'id'
        ? []
        : [field],
  )
}

export function explainField(evidence: Evidence, user: UserDocument, field: string): FieldExplanation {
  const { settings } = evidence
  const entry = provenanceOf(user, field)
  const event = entry === null ? null : eventAt(evidence, entry.offset)
  const source = sourceOf(settings, field)
  return {
    field,
    value: field === 'status' && waitsForStatus(user) ? null : fieldValue(user.user, field),
    hibob: source.paths.map(path => hibobValue(evidence, user, path, source)),
    rule: entry?.rule ?? null,
    settings_version: versionIn(entry?.rule),
    in_force:
      settings === null || source.rule === undefined ? null : { settings_version: settings.version, rule: source.rule },
    event: event === null ? null : referenceOf(event),
    steps: [
      ...(entry === null ? [] : eventTimeline(evidence, entry)),
      ...source.paths.flatMap(path => hiddenStep(evidence, user, path)),
      ...ruleSteps(user, field, source),
      ...managerStep(user.user, field),
      ...heldSteps(evidence, user, field),
    ],
  }
}

/** Provenance names the settings as `settings <version>`. */
function versionIn(rule: string | undefined): number | null {
  const version = /^settings (\d+)$/.exec(rule ?? '')?.[1]
  return version === undefined ? null : Number(version)
}

function fieldValue(user: User, field: string): unknown {
  const [whole, ...within] = field.split('.')
  const value = ownValue(user as unknown as Record<string, unknown>, whole ?? field)
  if (within.length === 0) return value ?? null
  return ownValue(value as Record<string, unknown> | null, within.join('.')) ?? null
}

function hibobValue(
  { itemNames }: Evidence,
  { observed }: UserDocument,
  path: string,
  source: FieldSource,
): HibobValue {
  const value = observed.fields[path] ?? null
  const list = listOf(path, source)
  return {
    path,
    shown: Object.hasOwn(observed.fields, path),
    value,
    label: observed.labels[path] ?? null,
    item_name: list === null ? null : (itemNames.get(`${list}/${value}`) ?? null),
  }
}

function hiddenStep(evidence: Evidence, { observed }: UserDocument, path: string): Step[] {
  const last = lastObservation(evidence)
  const isShown = Object.hasOwn(observed.fields, path)
  if (last?.data.absent?.includes(path) !== true) {
    return isShown ? [] : [{ step: 'never_shown', at: null, text: `HiBob has not shown ${path} of this person` }]
  }
  const kept = isShown ? 'the value is the last that it showed' : 'and never showed it before'
  const text = `HiBob left ${path} out of its last answer: its service user may not see it; ${kept}`
  return [{ step: 'hidden', at: last.data.observedAt || last.at, text, event: referenceOf(last) }]
}

const managerTexts: Record<Exclude<ReferenceState, 'active'>, string> = {
  unknown: 'is no active user: HiBob has not shown them yet',
  inactive: 'is no active user: they have not begun, have left, or are deleted',
  cyclic: 'and others manage each other in a circle, which is cut here so that services meet none',
}

function managerStep({ override_manager: manager }: User, field: string): Step[] {
  if (field !== 'override_manager' || manager === null || manager.state === 'active') return []
  return [{ step: `manager_${manager.state}`, at: null, text: `${manager.id} ${managerTexts[manager.state]}` }]
}

function ruleSteps({ observed, standing }: UserDocument, field: string, { compiled, paths }: FieldSource): Step[] {
  const steps: Step[] = []
  const error = ownValue(standing?.errors, field)
  if (error !== undefined) {
    const text = `the field keeps its last published value: ${error}`
    steps.push({ step: 'rule_failed', at: null, text })
  }
  if (compiled !== null && !wasAsked(compiled, { kept: observed, absent: standing?.absent ?? [] })) {
    const text = `HiBob has not been asked for ${paths.join(', ')} of this person yet: until then the former rule holds`
    steps.push({ step: 'rule_not_yet', at: null, text })
  }
  return steps
}

/** Custom fields are one field to services, and are held back as one. */
function heldSteps(evidence: Evidence, { standing }: UserDocument, field: string): Step[] {
  const { held = null, rejected = null } = standing ?? {}
  const whole = field.split('.', 1)[0] ?? field
  const steps: Step[] = []
  if (held !== null && Object.hasOwn(held.claims, whole)) {
    const event = eventAt(evidence, held.offset)
    const text = `HiBob says ${JSON.stringify(held.claims[whole])}; it is held back until somebody decides on hold ${held.id}`
    steps.push({ step: 'held', at: held.since, text, ...(event === null ? {} : { event: referenceOf(event) }) })
  }
  if (rejected !== null && Object.hasOwn(rejected, whole)) {
    const text = `HiBob says ${JSON.stringify(rejected[whole])}; somebody rejected it, until HiBob says something else`
    steps.push({ step: 'rejected', at: null, text })
  }
  return steps
}
