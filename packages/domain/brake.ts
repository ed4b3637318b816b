// The brake on disasters: of the users whom an hour would take away or empty, only so many pass; the others wait for a person's word.
import type { FieldChange } from './changes.ts'
import type { MinuteCount, User } from './documents.ts'
import { ownValue } from './own-value.ts'
import type { Settings } from './settings/settings.ts'
import { sameValue } from './sharing.ts'

const minuteMs = 60_000
const windowMinutes = 60

/** How many users an hour may take away or empty. */
export function brakeLimit({ brake }: Settings, active: number): number {
  return Math.max(brake?.at_least ?? 10, Math.floor(((brake?.percent ?? 10) * active) / 100))
}

/** What takes something away: leaving, deletion, the way back to a future starter, a value that is gone. */
export function destructiveOf(changed: readonly FieldChange[]): FieldChange[] {
  return changed.filter(({ field, from, to }) => (field === 'status' ? isEnd(from, to) : isCleared(from, to)))
}

function isEnd(from: unknown, to: unknown): boolean {
  const ended = (status: unknown) => status === 'deactivated' || status === 'deleted'
  return (ended(to) && !ended(from)) || (from === 'active' && to === 'pending')
}

function isCleared(from: unknown, to: unknown): boolean {
  if (from === null || from === undefined) return false
  if (to === null || to === undefined) return true
  // custom fields are one field to services, and each of them can be emptied
  if (typeof from !== 'object' || typeof to !== 'object' || 'id' in from) return false
  return Object.entries(from).some(([name, value]) => isCleared(value, ownValue(to as Record<string, unknown>, name)))
}

/** Of the claims, those that are kept back already, or were rejected, in the same words. */
export function sameClaims(claims: readonly FieldChange[], known: Record<string, unknown> | null): FieldChange[] {
  return known === null
    ? []
    : claims.filter(({ field, to }) => Object.hasOwn(known, field) && sameValue(known[field], to ?? null))
}

/** The user with some fields left as they were. */
export function withFormer(user: User, former: User, fields: readonly string[]): User {
  const kept: Record<string, unknown> = { ...user }
  for (const field of fields) {
    const value = former[field as keyof User]
    if (value === undefined) delete kept[field]
    else kept[field] = value
  }
  return kept as unknown as User
}

export function countWithin(window: readonly MinuteCount[], timeMs: number): number {
  const oldest = Math.floor(timeMs / minuteMs) - windowMinutes
  return window.reduce((sum, [minute, count]) => (minute > oldest ? sum + count : sum), 0)
}

export function countOneMore(window: readonly MinuteCount[], timeMs: number): MinuteCount[] {
  const now = Math.floor(timeMs / minuteMs)
  const kept = window.filter(([minute]) => minute > now - windowMinutes)
  const last = kept.at(-1)
  if (last !== undefined && last[0] >= now) return [...kept.slice(0, -1), [last[0], last[1] + 1]]
  return [...kept, [now, 1]]
}
