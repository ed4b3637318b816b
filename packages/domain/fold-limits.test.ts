// What is large, odd or hostile: the fold stays within its limits, parks what cannot be kept, and goes on.
import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { type FoldOptions, foldLog } from '../../test/support/fold-log.ts'
import { batchLimits, decodeEvent, type LogRecord, projectBatch, type StateDocument } from './index.ts'
import { type Given, lists, logOf, observed, unchanged } from './test-events.ts'

const employed = (more: Record<string, unknown> = {}) => ({ 'internal.lifecycleStatus': 'Employed', ...more })
const staff = (count: number, more: Record<string, unknown>): Given[] =>
  Array.from({ length: count }, (_, index) => observed(`s${index}`, employed(more)))
const timesTold = (changes: { key: string; offset: number }[], offset: number) =>
  changes.filter(change => change.offset === offset).map(({ key }) => key)

t.test(
  'a manager of very many reports is followed within the limits of a transaction, each report told once',
  async t => {
    const given = [...staff(1500, { 'work.reportsTo': 'm' }), observed('m', employed({ 'root.displayName': 'Bo' }))]
    const { users, managers, changes, touchedMost } = foldLog(logOf(given))
    t.ok(touchedMost <= batchLimits.touchesMax)
    t.ok(users.every(({ user }) => user.id === 'm' || user.override_manager?.full_name === 'Bo'))
    t.match(managers, [{ manager: { id: 'm', state: 'active', report_count: 1500 } }])
    const told = timesTold(changes, 1500)
    t.equal(told.length, 1501)
    t.equal(new Set(told).size, 1501)
  },
)

t.test(
  'a manager whose reports pass the inline limit in the middle of a batch is as if followed in another batch',
  async t => {
    const given = [
      ...staff(batchLimits.inlineReportsMax - 1, { 'work.reportsTo': 'm' }),
      observed('m', employed({ 'root.displayName': 'Bo' })),
      observed('x', employed({ 'work.reportsTo': 'm' })),
      observed('y', employed({ 'work.reportsTo': 'm' })),
      observed('m', employed({ 'root.displayName': 'Bo M.' })),
      observed('x', employed({ 'work.reportsTo': null })),
      observed('m', employed({ 'root.displayName': 'Bo' })),
    ]
    const atOnce = foldLog(logOf(given))
    sameAs(atOnce, given, { batchSize: () => 1 })
    sameAs(atOnce, given, { limits: { ...batchLimits, inlineReportsMax: 0 }, pageSize: 7 })
    const follower = atOnce.users.find(({ user }) => user.id === 's0')?.user
    t.equal(follower?.override_manager?.full_name, 'Bo')
    t.equal(atOnce.users.find(({ user }) => user.id === 'x')?.user.override_manager, null)
  },
)

t.test(
  'a list that renames a department of thousands folds within the limits, as does the removal of them all',
  async t => {
    const given: Given[] = [
      ...staff(2500, { 'work.department': '7' }),
      lists('department', { '7': 'Research' }),
      ['tenant.resend.requested', { resendId: 'r' }],
      ['tenant.removed', { by: 'x' }],
    ]
    const { users, changes, touchedMost } = foldLog(logOf(given))
    t.ok(touchedMost <= batchLimits.touchesMax)
    for (const offset of [2500, 2501, 2502]) t.equal(timesTold(changes, offset).length, 2501)
    t.equal(users.length, 0)
  },
)

t.test('pages of people whom nobody knows make each of them due, as many to a transaction as it may touch', async t => {
  const page = (from: number) =>
    unchanged(
      Array.from({ length: 400 }, (_, index) => ({ id: `${from + index}`, digest: 'd' })),
      { offset: 1, takeover: 1, request: 1 },
    )
  const { due, touchedMost } = foldLog(logOf([page(0), page(400), page(800)]))
  t.equal(due.length, 1200)
  t.ok(touchedMost <= batchLimits.touchesMax)
})

t.test('an event that reaches far in the middle of a stretch folds in its place', async t => {
  const given: Given[] = [
    observed('1', employed({ 'work.department': 7, 'work.title': '5' })),
    lists('department', { '7': 'North' }),
    observed('2', employed({ 'work.department': '7' })),
    lists('department', { '7': 'South' }),
    observed('2', employed({ 'work.department': '8' }), { labels: { 'work.department': 'Eighth' } }),
  ]
  const { users, changes } = foldLog(logOf(given))
  t.match(users, [
    { user: { primary_team: { id: '7', name: 'South' } } },
    { user: { primary_team: { name: 'Eighth' } } },
  ])
  t.same(timesTold(changes, 3), ['acme/7', 'acme/1', 'acme/2'])
})

t.test('a team without a name gets it from whoever first shows one, and every member is told', async t => {
  for (const item of ['7', 7]) {
    const { users, changes } = foldLog(
      logOf([
        observed('1', employed({ 'work.department': item })),
        observed('2', employed({ 'work.department': item }), { labels: { 'work.department': 'North' } }),
      ]),
    )
    t.match(users, [{ user: { primary_team: { name: 'North' } } }, { user: { primary_team: { name: 'North' } } }])
    t.same(timesTold(changes, 1).sort(), ['acme/1', 'acme/2', 'acme/7'])
  }
})

t.test('a label without its value says nothing', async t => {
  const { users, teams } = foldLog(
    logOf([
      observed('1', employed({ 'work.department': '7' })),
      observed('1', {}, { labels: { 'work.department': 'North' } }),
    ]),
  )
  t.match(users, [{ user: { primary_team: { id: '7', name: null } }, observed: { labels: {} } }])
  t.match(teams, [{ team: { name: null } }])
})

t.test('a value that no store could hold costs that value, and what comes beside and after it folds', async t => {
  let deep: unknown = 'bottom'
  for (let level = 0; level < 500; level++) deep = [deep]
  for (const hostile of [{ 'root.email': { 'a\0b': 1 } }, { 'a\0b': 1 }, { 'root.email': deep }]) {
    const { users, parked } = foldLog(
      logOf([
        observed('1', employed({ 'root.displayName': 'A', 'root.email': 'a@example.com' })),
        observed('1', employed({ 'root.displayName': 'B', ...hostile })),
        observed('1', employed({ 'root.displayName': 'C', 'root.firstName': 'Ada' })),
      ]),
    )
    t.same(parked, [])
    t.match(users, [{ user: { full_name: 'C', first_name: 'Ada', email: 'a@example.com' } }])
    t.notMatch(JSON.stringify(users), /bottom|\\u0000/)
  }
})

t.test('what is parked leaves nothing behind: neither team, nor manager, nor change', async t => {
  const trace = {
    _id: 'acme/1/person/1',
    tenantId: 'acme',
    generation: 1,
    kind: 'person',
    asOf: null,
    deletionClaim: 7,
  }
  const stored = new Map<string, StateDocument>([[trace._id, trace as StateDocument]])
  const none = { get: () => null }
  const broken = {
    get() {
      throw new Error('broken')
    },
  }
  const loaded = {
    ...{ users: none, teams: broken, managers: none, reports: { get: () => undefined } },
    states: { get: (id: string) => stored.get(id) ?? null },
  }
  const [record] = logOf([observed('1', employed({ 'work.department': '7', 'work.reportsTo': '2' }))])
  const batch = projectBatch(loaded, [decodeEvent(record as LogRecord)], () => ({ tenantId: 'acme', generation: 1 }))
  t.match(batch.parked, [{ offset: 0, code: 'fold_failed', employeeId: '1' }])
  t.same(
    Object.values(batch.writes).map(({ size }) => size),
    [0, 0, 0, 0],
    'the trace from before stands',
  )
  t.same(batch.changes, [])
})

t.test('lists of no interest, even by the names of built-in properties, do nothing', async t => {
  for (const list of ['pets', 'constructor', '__proto__']) {
    const { states, parked } = foldLog(logOf([lists(list, { '1': 'x' })]), {
      limits: { touchesMax: 1, inlineReportsMax: 0 },
    })
    t.same([states, parked], [[], []])
  }
})

t.test(
  'in which order people who have nothing in common are read makes no difference to their read models',
  async t => {
    const part = (...ids: string[]) =>
      fc.array(
        fc
          .tuple(fc.constantFrom(...ids), fc.constantFrom(...ids, null), fc.constantFrom('A', 'B'))
          .map(([id, manager, name]) =>
            observed(id, employed({ 'work.reportsTo': manager, 'work.department': ids[0], 'root.displayName': name })),
          ),
        { maxLength: 12 },
      )
    fc.assert(
      fc.property(
        part('1', '2', '3'),
        part('4', '5'),
        fc.array(fc.boolean(), { maxLength: 24 }),
        (left, right, turns) => {
          const inTurn = (order: boolean[]) => {
            const [a, b] = [withAsOf(left), withAsOf(right)]
            const mixed = order.flatMap(first => (first ? a : b).splice(0, 1))
            return viewOf(foldLog(logOf([...mixed, ...a, ...b])))
          }
          deepEqual(inTurn(turns), inTurn([]))
        },
      ),
    )
    t.pass()
  },
)

function withAsOf(given: Given[]): Given[] {
  return given.map(([type, data], index) => [
    type,
    { ...(data as object), asOf: { offset: index + 1, takeover: 1, request: 1 } },
  ])
}

function viewOf({ users, teams, managers }: ReturnType<typeof foldLog>) {
  return [users.map(({ user }) => user), teams.map(({ team }) => team), managers.map(({ manager }) => manager)]
}

function sameAs(whole: ReturnType<typeof foldLog>, given: Given[], options: FoldOptions): void {
  const other = foldLog(logOf(given), options)
  const read = ({ users, teams, managers, states, parked }: typeof whole) => [users, teams, managers, states, parked]
  const told = ({ changes }: typeof whole) => new Map(changes.map(({ id, value }) => [id, value]))
  deepEqual(read(other), read(whole))
  deepEqual(told(other), told(whole))
}
