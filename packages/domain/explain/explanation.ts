// What an explanation is: for a person, and for each field, a list of steps. Readers take steps that they do not know as they are,
// so that new kinds can be added.
import type { UserStatus } from '../documents.ts'
import type { Rule } from '../settings/settings.ts'

/** An event as far as an explanation names it. `by`: HiBob's actor id, `system`, or the operator. */
export interface EventReference {
  id: string
  type: string
  offset: number
  subject: string | null
  by: string | null
}

export interface Step {
  /** What happened or stands in the way: `received`, `read`, `recorded`, `folded`, `published`, `hidden`, `parked`… */
  step: string
  /** ISO 8601; null where it is not known, or where the step is a state rather than a moment. */
  at: string | null
  text: string
  event?: EventReference
}

/** A tenant's rule for a field; `rule` null: the field has no value. */
export interface RuleInForce {
  settings_version: number
  rule: Rule | null
}

/** What is kept of one HiBob field. `item_name`: the name that the company's own list gives the value. */
export interface HibobValue {
  path: string
  /** False when HiBob has never shown the field of this person. */
  shown: boolean
  value: unknown
  label: string | null
  item_name: string | null
}

export interface FieldExplanation {
  field: string
  value: unknown
  hibob: HibobValue[]
  /** The rule that was in force when the value came, as the provenance names it; null when no provenance names the field. */
  rule: string | null
  /** The version of the settings that were in force then; null where it was the standard mapping. */
  settings_version: number | null
  /** What holds now; null: the standard mapping. */
  in_force: RuleInForce | null
  /** The event that gave the field its present value; null when it cannot be had from the log. */
  event: EventReference | null
  /** From what asked for it to where it was told, then what stands in the way of a newer value. */
  steps: Step[]
}

export interface Explanation {
  tenant: string
  user: string
  /** `unknown`: in no respect has anything about this person come by. */
  standing: 'user' | 'deleted' | 'not_a_user' | 'unknown'
  status: UserStatus | null
  generation: number
  /** Of the person as a whole. */
  steps: Step[]
  fields: FieldExplanation[]
}
