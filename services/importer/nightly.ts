// When a tenant's nightly import is due: at a local time of its zone, later by a part of the spread that its id decides, so that
// tenants with the same time do not start together. Pure; instants are ms since the epoch.
import { createHash } from 'node:crypto'
import type { NightlyTime } from '@hibob-sync/mongo'
import { DateTime } from 'luxon'

/** The last one that was due by `now`: the instant that names it, and when it was due. */
export function lastNightly(
  { at, timeZone }: NightlyTime,
  tenantId: string,
  now: number,
  spreadMs: number,
): { named: number; dueAt: number } {
  const [hour, minute] = at.split(':').map(Number) as [number, number]
  const today = DateTime.fromMillis(now, { zone: timeZone }).startOf('day')
  for (let days = 0; ; days++) {
    // a local time that a change of clocks leaves out begins when it would have been
    const named = today.minus({ days }).set({ hour, minute }).toMillis()
    const dueAt = named + delayOf(tenantId, spreadMs)
    if (dueAt <= now) return { named, dueAt }
  }
}

function delayOf(tenantId: string, spreadMs: number): number {
  const hash = createHash('sha256').update(tenantId).digest().readUInt32BE(0)
  return Math.floor((hash / 2 ** 32) * spreadMs)
}
