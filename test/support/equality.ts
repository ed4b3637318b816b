// Whether what is stored is what the log folds to, and whether the topics say exactly what the fold says.
import type { LogRecord, UserDocument } from '@hibob-sync/domain'
import { fromStoredUser } from '@hibob-sync/mongo'
import { type Folded, foldLog } from './fold-log.ts'
import type { Prepared } from './pipeline.ts'

interface PublishedChange {
  id: string
  key: string
  value: string | null
}

/** Documents of a tenant as they are stored. */
export async function storedDocuments({ mongo }: Prepared, tenant: string) {
  const read = (name: string) =>
    mongo.db
      .collection<{ _id: string }>(name)
      .find({ tenantId: tenant }, { sort: { _id: 1 } })
      .toArray()
  const [users, teams, managers, states] = await Promise.all([
    read('users'),
    read('teams'),
    read('managers'),
    read('tenant_states'),
  ])
  return { users: (users as unknown as UserDocument[]).map(fromStoredUser), teams, managers, states }
}

export async function foldedDocuments(prepared: Prepared, tenant: string): Promise<Folded> {
  return foldLog(await prepared.eventsOf(tenant))
}

/** What was published: each change once, in the order in which it first came. A change sent again is byte for byte the same. */
export function firstPublished(records: readonly LogRecord[]): PublishedChange[] {
  const seen = new Map<string, PublishedChange>()
  for (const { key, value, offset } of records) {
    const id = value === null ? `null/${key}/${offset}` : (JSON.parse(value) as { id: string }).id
    const before = seen.get(id)
    if (before === undefined) seen.set(id, { id, key, value })
    else if (before.value !== value) throw new Error(`change ${id} was sent with two contents`)
  }
  return [...seen.values()]
}

export const changesOf = (records: readonly LogRecord[]) =>
  records.flatMap(({ value }) => (value === null ? [] : [JSON.parse(value) as Change]))

export interface Change {
  id: string
  type: string
  subject: string
  tenantid: string
  sequence: string
  data: {
    user?: { id: string; status: string; [field: string]: unknown }
    team?: { id: string; name: string | null }
    changed: { field: string; from: unknown; to: unknown }[]
    cause: { eventId: string; kind: string; triggeredBy: string | null }
  }
}
