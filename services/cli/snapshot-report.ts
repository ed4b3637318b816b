// How snapshots are named and shown.
import type { KeptSnapshot, SnapshotContent } from '@hibob-sync/mongo'
import { AppError } from '@hibob-sync/runtime'

/** Returns it. Throws AppError `snapshot_name_invalid`. */
export function requireSnapshotName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) return name
  throw new AppError(
    'snapshot_name_invalid',
    `${name} is no name of a snapshot: letters, digits, dots, dashes and underscores, at most 63, beginning with a letter or digit`,
    { retryable: false },
  )
}

/** What a program is told of what a snapshot holds; counts are of what listings of it show. */
export function shownContent({ name, asOf, offset, users, teams, managers }: SnapshotContent) {
  return { name, as_of: asOf.toISOString(), offset, users, teams, managers }
}

export function shownSnapshot({ snapshot, endedAt, by }: KeptSnapshot) {
  return { ...shownContent(snapshot), made_at: endedAt?.toISOString() ?? null, by }
}
