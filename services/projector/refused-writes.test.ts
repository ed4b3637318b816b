// What MongoDB refuses for good costs the one event, or the one user, whose writes are refused: everything else is stored as if it were
// not there, in order, and told once.
import { deepEqual } from 'node:assert/strict'
import {
  type Batch,
  type Change,
  type CollectionName,
  collectionOf,
  collections,
  type Documents,
  documentId,
  type Parked,
  type Position,
  startOf,
  type UserDocument,
} from '@hibob-sync/domain'
import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { type Given, lists, logOf, observed } from '../../packages/domain/test-events.ts'
import { employed } from '../../packages/domain/test-fold.ts'
import { foldLog } from '../../test/support/fold-log.ts'
import { documentCache } from './document-cache.ts'
import { type ProjectionOptions, projectPartition } from './project-partition.ts'

type Refuses = (users: UserDocument[]) => boolean

/** A store in memory that never takes some users; `at`: when it says so. */
function projecting(refuses: Refuses, at: 'prepare' | 'commit') {
  const stored = Object.fromEntries(collections.map(name => [name, new Map()])) as {
    [C in CollectionName]: Map<string, Documents[C]>
  }
  const [changes, parked]: [Change[], Parked[]] = [[], []]
  let position: Position = startOf(0)
  let refusals = 0
  function refuse({ writes }: Batch, when: typeof at): void {
    if (when !== at || !refuses([...writes.users.values()].filter(user => user !== null))) return
    refusals++
    throw new RangeError('too large')
  }
  const store = {
    load: async (name: CollectionName, ids: string[]) => ids.flatMap(id => stored[name].get(id) ?? []),
    reportsOf: async (manager: string) =>
      [...stored.users.values()]
        .filter(({ user }) => user.override_manager && documentId(scope, user.override_manager.id) === manager)
        .map(({ _id }) => _id),
    generations: async (ids: string[]) => new Map(ids.map(id => [id, 1])),
    pageIds: async (_: unknown, phase: 'users', __: unknown, after: string | null, limit: number) =>
      [...stored[collectionOf(phase)].keys()]
        .sort()
        .filter(id => id > (after ?? ''))
        .slice(0, limit),
    prepare: async (_: number, __: Position, batch: Batch) => refuse(batch, 'prepare'),
    commit: async ({ batch, from }: { batch: Batch; from: Position }) => {
      refuse(batch, 'commit')
      deepEqual(from, position, 'committed in order')
      for (const name of collections)
        for (const [id, document] of batch.writes[name])
          document === null ? stored[name].delete(id) : stored[name].set(id, document as never)
      parked.push(...batch.parked)
      position = batch.next
    },
  }
  const projection = projectPartition({
    ...{ partition: 0, checkpoint: { position }, store, codeVersion: 'x', slicePageSize: 400 },
    newCache: documentCache(10_000).begin,
    publisher: {
      takeAlong: () => null,
      markNoted() {},
      backlogBelow: async () => {},
      enqueue: (told: Change[]) => void changes.push(...told),
    },
    logger: createLogger({ service: 'test', level: 'silent' }),
    onFolded() {},
    onHeld() {},
    onLost: (error: unknown) => {
      throw error
    },
  } as unknown as ProjectionOptions)
  return { projection, stored, changes, parked, refusals: () => refusals, position: () => position }
}

const scope = { tenantId: 'acme', generation: 1 }
const isNamed =
  (name: string): Refuses =>
  users =>
    users.some(({ user }) => user.full_name === name)
const person = (id: string, name: string, manager: string | null = null): Given =>
  observed(id, employed({ 'root.displayName': name, 'work.reportsTo': manager, 'work.department': '7' }))
const staff = (count: number, name: string) => Array.from({ length: count }, (_, index) => person(`${index}`, name))

for (const at of ['prepare', 'commit'] as const)
  t.test(`an event that is refused at ${at} is parked, and all others are folded`, async t => {
    const given = [...staff(300, 'A'), person('x', 'Bad'), ...staff(300, 'B')]
    const { projection, stored, changes, parked, refusals, position } = projecting(isNamed('Bad'), at)
    await projection.fold(logOf(given), () => true)
    await projection.settle()
    t.match(parked, [{ offset: 300, document: null, employeeId: 'x', code: 'store_refused' }])
    t.match(parked, [{ message: 'MongoDB does not take what this event would store: RangeError' }])
    t.same(position(), startOf(601))
    t.ok(refusals() < 60, `${refusals()} refusals`)
    const without = foldLog(logOf(given).filter(({ offset }) => offset !== 300))
    t.same([...stored.users.values()].sort(byId), without.users)
    t.same([...stored.states.values()].sort(byId), without.states)
    t.same(
      changes.map(({ id, value }) => [id, value]),
      without.changes.map(({ id, value }) => [id, value]),
      'each told once, in order',
    )
  })

t.test('of an event that reaches many, only the user who is refused is parked', async t => {
  const given = [
    ...Array.from({ length: 100 }, (_, index) => person(`${index}`, `P${index}`, 'm')),
    person('m', 'Bo'),
    lists('department', { '7': 'Research' }),
    person('99', 'Last', 'm'),
  ]
  const isBad: Refuses = users =>
    users.some(({ user }) => user.id === '42' && user.primary_team?.name === 'Research' && user.full_name === 'P42')
  const { projection, stored, parked, position } = projecting(isBad, 'prepare')
  await projection.fold(logOf(given), () => true)
  await projection.settle()
  t.match(parked, [{ offset: 101, document: 'acme/1/42', code: 'store_refused' }])
  t.equal(parked.length, 1)
  t.same(position(), startOf(103))
  const folded = foldLog(logOf(given))
  t.same(
    [...stored.users.values()].filter(({ user }) => user.id !== '42').sort(byId),
    folded.users.filter(({ user }) => user.id !== '42'),
  )
  t.equal(stored.users.get('acme/1/42')?.user.primary_team?.name, null)
})

t.test('what is refused when nothing more comes is folded again by itself', async t => {
  const { projection, parked, position } = projecting(isNamed('Bad'), 'commit')
  await projection.fold(logOf([person('1', 'A'), person('2', 'Bad')]), () => true)
  await projection.settle()
  t.equal(parked.length, 1)
  t.same(position(), startOf(2))
})

t.test('batches that are handed over one by one are folded on top of nothing that was refused', async t => {
  const given = [...staff(40, 'A'), person('x', 'Bad'), ...staff(40, 'B'), person('x', 'Bad'), ...staff(40, 'C')]
  const log = logOf(given)
  const { projection, stored, parked } = projecting(isNamed('Bad'), 'commit')
  for (let from = 0; from < log.length; from += 10) await projection.fold(log.slice(from, from + 10), () => true)
  await projection.settle()
  t.same(
    parked.map(({ offset }) => offset),
    [40, 81],
  )
  t.same(
    [...stored.users.values()].sort(byId),
    foldLog(log.filter(({ offset }) => offset !== 40 && offset !== 81)).users,
  )
})

const byId = (a: { _id: string }, b: { _id: string }) => (a._id < b._id ? -1 : 1)
