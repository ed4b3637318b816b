// One field of a user: its value, where it comes from, and what stands in the way of a newer one.
import type { User, UserDocument } from '../documents.ts'
import { eventTimeline } from './event-timeline.ts'
import type { Evidence } from './evidence.ts'
import { eventAt, lastObservation } from './evidence-reading.ts'
import type { FieldExplanation, HibobValue, Step } from './explanation.ts'
import { listOf } from './hibob-sources.ts'
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
  const entry = provenanceOf(user, field)
  const event = entry === null ? null : eventAt(evidence, entry.offset)
  const paths = evidence.sources.get(field)?.paths ?? []
  return {
    field,
    value: fieldValue(user.user, field),
    hibob: paths.map(path => hibobValue(evidence, user, path)),
    rule: entry?.rule ?? null,
    event: event === null ? null : referenceOf(event),
    steps: [
      ...(entry === null ? [] : eventTimeline(evidence, entry)),
      ...paths.flatMap(path => hiddenStep(evidence, user, path)),
      ...managerStep(user.user, field),
      ...heldStep(user, field),
    ],
  }
}

function fieldValue(user: User, field: string): unknown {
  const [whole, ...within] = field.split('.')
  const value = (user as unknown as Record<string, unknown>)[whole ?? field]
  if (within.length === 0) return value ?? null
  return (value as Record<string, unknown> | null)?.[within.join('.')] ?? null
}

function hibobValue({ itemNames }: Evidence, { observed }: UserDocument, path: string): HibobValue {
  const value = observed.fields[path] ?? null
  const list = listOf(path)
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

function managerStep({ override_manager: manager }: User, field: string): Step[] {
  if (field !== 'override_manager' || manager === null || manager.state === 'active') return []
  const why =
    manager.state === 'unknown' ? 'HiBob has not shown them yet' : 'they have not begun, have left, or are deleted'
  return [{ step: `manager_${manager.state}`, at: null, text: `${manager.id} is no active user: ${why}` }]
}

/** What is held back of a field sits beside the user's fields, under its name. */
function heldStep(document: UserDocument, field: string): Step[] {
  const { held } = document as { held?: Record<string, unknown> | null }
  if (held == null || typeof held !== 'object' || !Object.hasOwn(held, field)) return []
  return [{ step: 'held', at: null, text: `held back: ${JSON.stringify(held[field])}` }]
}
