// Properties of the fold over random histories: however the log is cut, repeated or mixed, the same read models and the same changes.
import { deepEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type Folded, foldLog } from '../../test/support/fold-log.ts'
import type { LogRecord } from './events.ts'
import { cutOf } from './test-circles.ts'
import { type Given, logOf, recordOf } from './test-events.ts'
import { history } from './test-history.ts'

const settings = { numRuns: 1000 }

const documentsOf = ({ users, teams, managers, states }: Folded) => ({ users, teams, managers, states })
const changesOf = ({ changes }: Folded) =>
  new Map(changes.map(({ id, value, tombstone }) => [id, `${value} ${tombstone}`]))

t.test(
  'cutting the stream into other batches, and slices of any size, gives the same documents and the same changes',
  async t => {
    const cuts = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 8 })
    const limits = fc.record({
      touchesMax: fc.integer({ min: 12, max: 40 }),
      inlineReportsMax: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(history, cuts, limits, fc.integer({ min: 1, max: 3 }), (events, sizes, tight, pageSize) => {
        const whole = foldLog(logOf(events))
        const cut = foldLog(logOf(events), {
          batchSize: batch => sizes[batch % sizes.length] ?? 1,
          limits: tight,
          pageSize,
        })
        deepEqual(documentsOf(cut), documentsOf(whole))
        deepEqual(changesOf(cut), changesOf(whole))
        deepEqual(cut.parked, whole.parked)
        ok(cut.touchedMost <= tight.touchesMax)
      }),
      settings,
    )
    t.pass()
  },
)

t.test('folding any prefix twice changes nothing and tells nothing new', async t => {
  const lasting = history.map(events => events.filter(([type]) => !type.startsWith('tenant.')))
  fc.assert(
    fc.property(lasting, fc.nat({ max: 40 }), (events, length) => {
      const records = logOf(events)
      const twice = foldLog([...records.slice(0, length), ...records])
      const once = foldLog(records)
      deepEqual(documentsOf(twice), documentsOf(once))
      deepEqual(changesOf(twice), changesOf(once))
    }),
    settings,
  )
  t.pass()
})

t.test('events that come again later in the log tell nobody anything', async t => {
  const repeated = history.map(events =>
    events.filter(
      ([type]) =>
        type === 'hibob.employee.observed' || type === 'hibob.lists.observed' || type === 'hibob.employee.missing',
    ),
  )
  fc.assert(
    fc.property(repeated, events => {
      const records = logOf(events)
      const again = foldLog([...records, ...logOf(events, 'acme', events.length)])
      const once = foldLog(records)
      deepEqual(documentsOf(again), documentsOf(once))
      deepEqual(again.changes.length, once.changes.length)
    }),
    settings,
  )
  t.pass()
})

t.test('two tenants in one partition are each as if they were alone', async t => {
  fc.assert(
    fc.property(history, history, fc.array(fc.boolean(), { maxLength: 80 }), (a, b, order) => {
      const mixed = interleave(a, b, order)
      const together = foldLog(mixed)
      for (const tenant of ['acme', 'other']) {
        const alone = foldLog(mixed.filter(({ key }) => key === tenant))
        const own = <T extends { tenantId: string }>(documents: T[]) =>
          documents.filter(({ tenantId }) => tenantId === tenant)
        deepEqual(own(together.users), alone.users)
        deepEqual(own(together.teams), alone.teams)
        deepEqual(own(together.managers), alone.managers)
        deepEqual(own(together.changes), alone.changes)
      }
    }),
    settings,
  )
  t.pass()
})

t.test('references always agree with what they refer to, counts with what they count, and sequences rise', async t => {
  fc.assert(
    fc.property(history, events => {
      const { users, teams, managers, changes } = foldLog(logOf(events))
      const living = users.filter(({ user }) => user.status !== 'deleted')
      const cut = cutOf(users)
      for (const { user } of living) {
        const manager = users.find(other => other.user.id === user.override_manager?.id)
        if (user.override_manager !== null) {
          const isUnknown = manager === undefined || manager.standing?.hidden === true
          const shown = isUnknown ? 'unknown' : manager.user.status === 'active' ? 'active' : 'inactive'
          const state = cut.has(user.id) ? 'cyclic' : shown
          deepEqual(user.override_manager, {
            id: user.override_manager.id,
            email: isUnknown ? null : manager.user.email,
            full_name: isUnknown ? null : manager.user.full_name,
            state,
          })
        }
        if (user.primary_team !== null)
          deepEqual(user.primary_team, teams.find(({ team }) => team.id === user.primary_team?.id)?.team)
      }
      const counts = new Map<string, number>()
      for (const { user } of living)
        if (user.override_manager !== null)
          counts.set(user.override_manager.id, (counts.get(user.override_manager.id) ?? 0) + 1)
      deepEqual(new Map(managers.map(({ manager }) => [manager.id, manager.report_count])), new Map([...counts].sort()))
      const last = new Map<string, number>()
      for (const { topic, key, offset } of changes) {
        ok(offset > (last.get(`${topic}/${key}`) ?? -1), 'one change per key and event, in order')
        last.set(`${topic}/${key}`, offset)
      }
    }),
    settings,
  )
  t.pass()
})

t.test('the newest change of every key tells the state that is stored', async t => {
  fc.assert(
    fc.property(history, events => {
      const { users, changes } = foldLog(logOf(events))
      const last = new Map(
        changes
          .filter(({ topic }) => topic === 'users')
          .map(({ key, value, tombstone }) => [key, tombstone ? null : value]),
      )
      for (const { user } of users.filter(({ standing }) => !standing?.hidden))
        deepEqual(
          (JSON.parse(last.get(`acme/${user.id}`) ?? 'null') as { data: { user: unknown } } | null)?.data.user,
          user,
        )
    }),
    settings,
  )
  t.pass()
})

function interleave(a: Given[], b: Given[], order: boolean[]): LogRecord[] {
  const records: LogRecord[] = []
  const [left, right] = [[...a], [...b]]
  for (let at = 0; left.length > 0 || right.length > 0; at++) {
    const own = left.length > 0 && (right.length === 0 || (order[at] ?? true))
    const [type, data] = (own ? left.shift() : right.shift()) as Given
    records.push(recordOf(type, data, own ? 'acme' : 'other', at))
  }
  return records
}
