// Whether what is stored is what the log folds to, and whether the topics say exactly what the fold says.
import type { LogRecord, UserDocument } from '@hibob-sync/domain'
import { fromStoredUser } from '@hibob-sync/mongo'
import type { Test } from 'tap'
import { type Folded, foldLog } from './fold-log.ts'
import type { Prepared } from './pipeline.ts'

type Same = Pick<Test, 'same'>

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

async function atRest<T>(prepared: Prepared, tenant: string, look: () => Promise<T>): Promise<T> {
  const lastOffset = async () => (await prepared.eventsOf(tenant)).at(-1)?.offset ?? -1
  const isFolded = async (offset: number) => {
    const checkpoint = await prepared.checkpoints.load(prepared.partitionOf(tenant))
    return checkpoint === null || checkpoint.position.offset > offset
  }
  for (;;) {
    const before = await lastOffset()
    const folded = await isFolded(before)
    const seen = await look()
    if (folded && (await lastOffset()) === before) return seen
  }
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

/** The read models are what the log folds to. Both are read at a moment at which nothing comes: a person may be read again by itself. */
export async function storedIsFold(t: Same, prepared: Prepared, tenant: string): Promise<Folded> {
  const [folded, stored] = await atRest(prepared, tenant, () =>
    Promise.all([foldedDocuments(prepared, tenant), storedDocuments(prepared, tenant)]),
  )
  for (const name of ['users', 'teams', 'managers', 'states'] as const)
    t.same(stored[name], folded[name], `${tenant}: ${name}`)
  return folded
}

/** The topics hold every change of the fold, in its order, each under one id. */
export async function toldIsFold(t: Same, prepared: Prepared, tenant: string, { changes }: Folded): Promise<void> {
  for (const topic of ['users', 'teams'] as const) {
    const records = topic === 'users' ? await prepared.userChangesOf(tenant) : await prepared.teamChangesOf(tenant)
    const told = firstPublished(records).filter(({ value }) => value !== null)
    const expected = changes.filter(change => change.topic === topic && change.value !== null)
    t.same(
      told.map(idAndValue),
      expected.map(idAndValue),
      `${tenant}: every change of ${topic}, in order, under one id`,
    )
    t.same(staleKeys(records), [], `${tenant}: compaction keeps the newest change of each of the ${topic}`)
  }
}

/** Keys whose last record is not their newest change: what compaction keeps of them is out of date. */
export function staleKeys(records: readonly LogRecord[]): string[] {
  const newest = new Map<string, string>()
  const last = new Map<string, string>()
  for (const { key, value } of records) {
    if (value === null) continue
    const { sequence } = JSON.parse(value) as { sequence: string }
    last.set(key, sequence)
    if (sequence > (newest.get(key) ?? '')) newest.set(key, sequence)
  }
  return [...last].filter(([key, sequence]) => sequence !== newest.get(key)).map(([key]) => key)
}

export async function equalsFold(t: Same, prepared: Prepared, tenant: string): Promise<void> {
  await toldIsFold(t, prepared, tenant, await storedIsFold(t, prepared, tenant))
}

const idAndValue = ({ id, value }: { id: string; value: string | null }) => ({ id, value })

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
