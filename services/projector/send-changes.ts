// Sends changes to their topics, and tells of each what became of it. A change is delivered with its last record: of a user who is removed
// that is the null value, which ends the key whatever was made of the change before it.
import type { AppendedEach, LaneRecord, Lanes } from '@hibob-sync/kafka'
import type { OutboxChange } from '@hibob-sync/mongo'

export type Sendable = Pick<OutboxChange, 'tenantId' | 'topic' | 'key' | 'offset' | 'value' | 'tombstone'>

export interface Refused {
  change: Sendable
  cause: string
}

export interface Sent {
  /** Delivered, but for the refused; in the order of each topic. */
  answered: readonly Sendable[]
  refused: Refused[]
  /** To be sent again, in order. The first of them, `unknown`, may be stored all the same. */
  left: Sendable[]
  unknown: Sendable[]
  code: string | null
}

export async function sendChanges(
  lanes: Pick<Lanes, 'appendEach'>,
  topics: Record<Sendable['topic'], string>,
  partition: number,
  changes: readonly Sendable[],
  goesOn: () => boolean,
): Promise<Sent> {
  const teams = changes.filter(({ topic }) => topic === 'teams')
  const users = teams.length === 0 ? changes : changes.filter(({ topic }) => topic === 'users')
  async function append(topic: Sendable['topic'], own: readonly Sendable[]): Promise<Sent> {
    if (own.length === 0) return delivered(own)
    const records = recordsOf(own)
    const appended = await lanes.appendEach(topics[topic], partition, records, goesOn)
    const isStored = appended.unknown === records.length && appended.refused.size === 0
    return isStored ? delivered(own) : sentOf(own, appended)
  }
  // teams first, so that a service usually knows a team before it meets its members
  const ofTeams = await append('teams', teams)
  if (ofTeams.left.length > 0) return { ...ofTeams, left: [...ofTeams.left, ...users] }
  const ofUsers = await append('users', users)
  if (teams.length === 0) return ofUsers
  return {
    ...ofUsers,
    answered: [...ofTeams.answered, ...ofUsers.answered],
    refused: [...ofTeams.refused, ...ofUsers.refused],
  }
}

const delivered = (changes: readonly Sendable[]): Sent => ({
  answered: changes,
  refused: [],
  left: [],
  unknown: [],
  code: null,
})

function recordsOf(changes: readonly Sendable[]): LaneRecord[] {
  const records: LaneRecord[] = []
  for (const { key, value, tombstone } of changes) {
    records.push({ key, value })
    if (tombstone) records.push({ key, value: null })
  }
  return records
}

function sentOf(changes: readonly Sendable[], { refused, unknown, unsent, code }: AppendedEach): Sent {
  const answered: Sendable[] = []
  const sent: Sent = { answered, refused: [], left: [], unknown: [], code }
  let first = 0
  for (const change of changes) {
    const last = change.tombstone ? first + 1 : first
    const cause = refused.get(last)
    if (last < unknown) {
      answered.push(change)
      if (cause !== undefined) sent.refused.push({ change, cause })
    } else {
      // what was acknowledged is not sent again, were it but the first of two records
      const rest = first < unknown ? { ...change, value: null, tombstone: false } : change
      sent.left.push(rest)
      if (first < unsent) sent.unknown.push(rest)
    }
    first = last + 1
  }
  return sent
}
