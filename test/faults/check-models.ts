// What is stored and published is what the log folds to, what the company shows, and nothing of anybody else.
import { isDeepStrictEqual } from 'node:util'
import type { Change, LogRecord } from '@hibob-sync/domain'
import type { Company } from '@hibob-sync/hibob-simulator'
import { firstPublished, storedDocuments, storedIsFold, toldIsFold } from '../support/equality.ts'
import { expectedUsers } from '../support/main-path.ts'
import type { Prepared } from '../support/pipeline.ts'

/** What `t.same` would have said. */
export function collected() {
  const failures: string[] = []
  return {
    failures,
    same(found: unknown, wanted: unknown, what?: unknown): boolean {
      const equal = isDeepStrictEqual(plain(found), plain(wanted))
      if (!equal) failures.push(`${what}: not equal (${sizeOf(found)} found, ${sizeOf(wanted)} wanted)`)
      return equal
    },
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))
const sizeOf = (value: unknown) => (Array.isArray(value) ? value.length : 1)

export async function faultsOfModels(prepared: Prepared, tenant: string): Promise<string[]> {
  const t = collected()
  const folded = await storedIsFold(t as never, prepared, tenant)
  await toldIsFold(t as never, prepared, tenant, folded)
  const records = { users: await prepared.userChangesOf(tenant), teams: await prepared.teamChangesOf(tenant) }
  for (const topic of ['users', 'teams'] as const) {
    const changes = folded.changes.filter(change => change.topic === topic)
    t.failures.push(...faultsOfTopic(`${tenant}: ${topic}`, records[topic], changes))
  }
  if (folded.parked.length > 0) t.failures.push(`${tenant}: ${folded.parked.length} events are parked`)
  const expected = expectedUsers(prepared.company(tenant), {}, null)
  t.failures.push(...faultsOfUsers(tenant, await usersOf(prepared, tenant), expected, prepared.company(tenant)))
  return t.failures
}

/** A key's last record is its newest change, which compaction keeps; first copies come in the order of the log. */
function faultsOfTopic(where: string, records: readonly LogRecord[], changes: readonly Change[]): string[] {
  const last = new Map(records.map(({ key, value }) => [key, value]))
  const newest = new Map(changes.map(({ key, value, tombstone }) => [key, tombstone ? null : value]))
  const stale = [...newest].filter(([key, value]) => last.get(key) !== value).length
  const sequences = firstPublished(records).flatMap(({ value }) => {
    return value === null ? [] : [Number((JSON.parse(value) as { sequence: string }).sequence)]
  })
  const falls = sequences.filter((sequence, at) => sequence < (sequences[at - 1] ?? 0)).length
  return [
    ...(stale > 0 ? [`${where}: of ${stale} keys the last record is not the newest change`] : []),
    ...(falls > 0 ? [`${where}: the sequence falls ${falls} times among first copies`] : []),
  ]
}

async function usersOf({ models }: Prepared, tenant: string) {
  return new Map((await Array.fromAsync(models.users(tenant, { all: true }))).map(user => [user.id, user]))
}

/** Everyone whom HiBob shows is as HiBob shows them. Of each field one example is shown: these people are made up. */
function faultsOfUsers(
  tenant: string,
  users: ReadonlyMap<string, object>,
  expected: Readonly<Record<string, object>>,
  { people }: Company,
): string[] {
  const missing = people.filter(({ id }) => !users.has(id)).length
  const differing = new Map<string, string[]>()
  for (const { id } of people) {
    const user = users.get(id) as Record<string, unknown> | undefined
    for (const [field, value] of Object.entries(user === undefined ? {} : (expected[id] ?? {})))
      if (!isDeepStrictEqual(plain(user?.[field]), plain(value)))
        differing.set(field, [...(differing.get(field) ?? []), `${id} ${JSON.stringify([user?.[field], value])}`])
  }
  return [
    ...(missing > 0 ? [`${tenant}: ${missing} people are no users`] : []),
    ...[...differing].map(
      ([field, people]) => `${tenant}: ${field} of ${people.length} people is not what HiBob shows: ${people[0]}`,
    ),
  ]
}

/** A tenant's documents, byte for byte. */
export const bytesOf = async (prepared: Prepared, tenant: string) =>
  JSON.stringify(await storedDocuments(prepared, tenant))
