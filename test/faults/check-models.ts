// What is stored and published is what the log folds to, what the company shows, and nothing of anybody else.
import { isDeepStrictEqual } from 'node:util'
import type { Change, LogRecord } from '@hibob-sync/domain'
import type { Company } from '@hibob-sync/hibob-simulator'
import { firstPublished, storedDocuments, storedIsFold, toldIsFold } from '../support/equality.ts'
import { expectedUsers } from '../support/main-path.ts'
import type { Prepared } from '../support/pipeline.ts'

const charactersBefore = 120
const charactersAfter = 80

/** What `t.same` would have said. */
export function collected() {
  const failures: string[] = []
  return {
    failures,
    same(found: unknown, wanted: unknown, what?: unknown): boolean {
      const equal = isDeepStrictEqual(plain(found), plain(wanted))
      if (!equal) failures.push(`${what}: not equal: ${firstDifference(plain(found), plain(wanted))}`)
      return equal
    },
  }
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null))

/** Where two values differ first, in short: these people are made up. */
function firstDifference(found: unknown, wanted: unknown): string {
  if (!Array.isArray(found) || !Array.isArray(wanted)) return shown(found, wanted)
  const at = Array.from({ length: Math.max(found.length, wanted.length) }).findIndex(
    (_, index) => !isDeepStrictEqual(found[index], wanted[index]),
  )
  return `${found.length} found, ${wanted.length} wanted; at ${at} ${shown(found[at], wanted[at])}`
}

function shown(found: unknown, wanted: unknown): string {
  const [one, other] = [JSON.stringify(found) ?? 'nothing', JSON.stringify(wanted) ?? 'nothing']
  let from = 0
  while (from < one.length && one[from] === other[from]) from++
  const part = (text: string) => text.slice(Math.max(0, from - charactersBefore), from + charactersAfter)
  return `${part(one)} instead of ${part(other)}`
}

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
