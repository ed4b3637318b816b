// Which records of the log an explanation still needs: those that documents and records name by offset, and at most one short stretch.
// However long the log and however large the tenant, this stays bounded.

import type { Evidence, LogStretch } from './evidence.ts'
import { causeOf, eventAt, lastReading } from './evidence-reading.ts'
import { provenanceOf } from './provenance-of.ts'

/** Offsets after a request's `asOf` within which its events are looked for. */
export const readingStretch = 1000
/** The newest events of the partition that are looked through for a person of whom nothing is kept. */
export const newestStretch = 2000

/** What is still to be looked at, ascending; empty when nothing more helps. To be asked again with what was read. */
export function recordsToRead(evidence: Evidence, field?: string): LogStretch[] {
  const named = namedOffsets(evidence, field).map(offset => ({ from: offset, to: offset + 1 }))
  const unread = named.filter(stretch => isUnread(evidence, stretch))
  if (unread.length > 0) return unread
  const searched = stretchToSearch(evidence)
  return searched !== null && isUnread(evidence, searched) ? [searched] : []
}

function namedOffsets(evidence: Evidence, field: string | undefined): number[] {
  const { user, trace, pending, parked } = evidence
  const entries = field === undefined ? (user?.provenance ?? []) : [user && provenanceOf(user, field)]
  const named = [
    ...entries.map(entry => entry?.offset),
    user?.touched,
    user?.deletionClaim,
    trace?.deletionClaim,
    user?.standing?.revokedAt,
    user?.standing?.held?.offset,
    pending?.offset,
    ...parked.map(({ offset }) => offset),
  ]
  const events = [...evidence.records.values()].map(({ offset }) => eventAt(evidence, offset))
  const asked = events.map(event => (event === null ? null : causeOf(event)?.offset))
  const wanted = [...named, ...asked].filter(offset => offset !== null && offset !== undefined)
  return [...new Set(wanted)].sort((a, b) => a - b)
}

function stretchToSearch(evidence: Evidence): LogStretch | null {
  const { user, trace, pending, parked, log } = evidence
  if (user === null && trace === null && pending === null && parked.length === 0)
    return { from: Math.max(log.low, log.high - newestStretch), to: log.high }
  const asOf = user?.asOf ?? trace?.asOf
  if (asOf == null || lastReading(evidence) !== null) return null
  return { from: asOf.offset, to: Math.min(asOf.offset + readingStretch, (user?.touched ?? log.high) + 1, log.high) }
}

function isUnread({ looked, log }: Evidence, { from, to }: LogStretch): boolean {
  const [start, end] = [Math.max(from, log.low), Math.min(to, log.high)]
  return start < end && !looked.some(stretch => stretch.from <= start && stretch.to >= end)
}
