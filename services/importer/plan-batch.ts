// Who of a tenant is read next (protocol P3). Pure. A full batch goes at once; a partial one waits a little while others of the
// tenant are about to become due, so that a burst costs few calls. Nobody waits longer than `waitMaxMs` past their due time.

export interface PlannedPerson {
  employeeId: string
  /** When this person may be read, ms since the epoch. */
  dueAt: number
  /** Offset of the newest event that asked for the reading. */
  throughOffset: number
}

export type Plan<P extends PlannedPerson> =
  | { kind: 'read'; people: P[] }
  | { kind: 'wait'; until: number }
  | { kind: 'nothing' }

export interface PlanLimits {
  batchMax: number
  waitMaxMs: number
}

/**
 * `pending`: people of one tenant, those due by `now + waitMaxMs` at least as far as two batches reach, in any order.
 * `position`: the last offset that the importer has durably handled. A reading that began before the event asking for it was
 * handled would count as older than that event (P1), so such people are left for the next look.
 */
export function planBatch<P extends PlannedPerson>(
  pending: readonly P[],
  position: number,
  now: number,
  { batchMax, waitMaxMs }: PlanLimits,
): Plan<P> {
  const people = pending.filter(person => person.throughOffset <= position).sort((a, b) => a.dueAt - b.dueAt)
  const oldest = people[0]
  if (oldest === undefined) return { kind: 'nothing' }
  if (oldest.dueAt > now) return { kind: 'wait', until: oldest.dueAt }
  const due = people.filter(person => person.dueAt <= now).slice(0, batchMax)
  const full = people[batchMax - 1]
  const latest = oldest.dueAt + waitMaxMs
  const soon = people.filter(person => person.dueAt > now && person.dueAt <= latest)
  if (due.length >= batchMax || soon.length === 0) return { kind: 'read', people: due }
  const lastSoon = soon[soon.length - 1]?.dueAt ?? latest
  return { kind: 'wait', until: Math.min(full?.dueAt ?? lastSoon, lastSoon) }
}

/** How long a partial batch may wait, from the settling time: 5 s under the default of 25 s, and never under a second. */
export function batchWaitMs(settlingMs: number): number {
  return Math.min(5000, Math.max(1000, settlingMs / 5))
}
