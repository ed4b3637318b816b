// What an event would make otherwise for one person: what would be told, what kept back, what goes in or out of scope, what fails.
import type { FieldChange, UserChangeType } from '../changes.ts'
import type { Invite, Standing, UserDocument } from '../documents.ts'
import type { Batch } from '../project-batch.ts'
import { sameValue } from '../sharing.ts'
import { waitsForStatus } from '../standing.ts'

export interface PersonPreview {
  id: string
  full_name: string | null
  /** What services would be told; null: nothing. */
  change: UserChangeType | null
  changed: FieldChange[]
  scope: 'comes_in' | 'goes_out' | null
  /** What the brake would keep back beyond what it does already. */
  held: FieldChange[]
  /** Fields whose rule could not be followed, and why; they keep their last value. */
  errors: Record<string, string>
  /** Where it would become another one. */
  invite: Invite | null
}

/** Of a batch's users in the order of `former`, those of whom anything would become otherwise. */
export function personPreviews({ writes, changes }: Batch, former: readonly UserDocument[]): PersonPreview[] {
  const told = new Map<string, Pick<PersonPreview, 'change' | 'changed'>>()
  for (const { topic, value } of changes) {
    if (topic !== 'users' || value === null) continue
    const { type, subject, data } = JSON.parse(value) as {
      type: string
      subject: string
      data: { changed: FieldChange[] }
    }
    told.set(subject, { change: type.replace('learnamp.user.', '') as UserChangeType, changed: data.changed })
  }
  return former.flatMap(document => {
    const next = writes.users.get(document._id) ?? document
    // settings publish nobody without a lifecycle status
    if (waitsForStatus(next)) return []
    const person = personPreview(document, next, told.get(document.user.id) ?? nothingTold)
    return isOtherwise(person) ? [person] : []
  })
}

const nothingTold: Pick<PersonPreview, 'change' | 'changed'> = { change: null, changed: [] }

function personPreview(
  former: UserDocument,
  next: UserDocument,
  { change, changed }: Pick<PersonPreview, 'change' | 'changed'>,
): PersonPreview {
  const [before, now] = [former.standing ?? null, next.standing ?? null]
  return {
    id: next.user.id,
    full_name: next.user.full_name,
    change,
    changed,
    scope: scopeChange(isOutside(before), isOutside(now)),
    held: newlyHeld(before, next),
    errors: newErrors(before?.errors ?? null, now?.errors ?? null),
    invite: sameValue(before?.invite ?? null, now?.invite ?? null) ? null : (now?.invite ?? null),
  }
}

const isOutside = (standing: Standing | null) => standing?.flags.includes('outside_scope') ?? false

function scopeChange(before: boolean, now: boolean): PersonPreview['scope'] {
  if (before === now) return null
  return now ? 'goes_out' : 'comes_in'
}

function newlyHeld(before: Standing | null, { user, standing }: UserDocument): FieldChange[] {
  const known = before?.held?.claims ?? {}
  return Object.entries(standing?.held?.claims ?? {})
    .filter(([field, to]) => !(Object.hasOwn(known, field) && sameValue(known[field], to)))
    .map(([field, to]) => ({ field, from: (user as unknown as Record<string, unknown>)[field] ?? null, to }))
}

function newErrors(before: Record<string, string> | null, now: Record<string, string> | null): Record<string, string> {
  return Object.fromEntries(Object.entries(now ?? {}).filter(([field, why]) => before?.[field] !== why))
}

function isOtherwise({ change, scope, held, errors, invite }: PersonPreview): boolean {
  return change !== null || scope !== null || held.length > 0 || Object.keys(errors).length > 0 || invite !== null
}
