// Circles of managers: cut at one place, whatever closes and opens them, however the log is cut into batches and slices.
import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import type { Settings, TenantState, User, UserDocument } from './index.ts'
import { cutOf } from './test-circles.ts'
import { deletedWebhook, type Given, logOf, missing, observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { approved, day, rejected, settings } from './test-settings.ts'

const reports = (id: string, manager: string | null, more: object = {}) =>
  observed(id, employed({ 'root.displayName': `Person ${id}`, 'work.reportsTo': manager, ...more }), { settled: true })
const circle = [reports('1', '2'), reports('2', '3'), reports('3', '1')]
const states = ({ users }: { users: UserDocument[] }) =>
  Object.fromEntries(users.map(({ user }) => [user.id, user.override_manager?.state ?? null]))

t.test('a circle that closes is told at its smallest id alone, in the same event; one that opens likewise', async t => {
  const closed = fold(reports('1', '2'), reports('2', '3'), reports('9', '1'), reports('3', '1'))
  t.same(states(closed), { '1': 'cyclic', '2': 'active', '3': 'active', '9': 'active' })
  t.same(
    closed.told.slice(-3).map(({ id, data }) => [id, data.changed.map(({ field }) => field)]),
    [
      ['acme/3/users/3', []],
      ['acme/3/users/1', ['override_manager']],
      // who has their manager's name now
      ['acme/3/users/2', ['override_manager']],
    ],
  )
  const opened = fold(...circle, reports('2', null))
  t.same(states(opened), { '1': 'active', '2': null, '3': 'active' })
  t.same(
    opened.told.slice(-2).map(({ id }) => id),
    ['acme/3/users/2', 'acme/3/users/1'],
  )
})

t.test('one manager exchanged for another opens a circle and closes one', async t => {
  const folded = fold(...circle, reports('4', '3'), reports('3', '4'))
  t.same(states(folded), { '1': 'active', '2': 'active', '3': 'cyclic', '4': 'active' })
})

t.test('a deleted member opens the circle, and one who comes back closes it', async t => {
  const gone = [...circle, deletedWebhook('3'), missing('3')]
  t.equal(states(fold(...gone))['1'], 'active')
  t.equal(states(fold(...gone, reports('3', '1', { 'root.firstName': 'Back' })))['1'], 'cyclic')
})

t.test('whoever is in a circle stays so when they or their manager change otherwise', async t => {
  const folded = fold(
    ...circle,
    reports('1', '2', { 'root.firstName': 'Ada' }),
    reports('2', '3', { 'root.email': 'b' }),
  )
  t.match(folded.user('1')?.override_manager, { email: 'b', state: 'cyclic' })
  t.equal(states(fold(...circle, reports('2', '3', { 'internal.lifecycleStatus': 'Terminated' })))['1'], 'cyclic')
})

t.test('settings without managers, taken back, leave the circle cut as it was', async t => {
  const off = [settings({ override_manager: false }), settings({}, 2)]
  t.same(states(fold(...circle, off[0] as Given)), { '1': null, '2': null, '3': null })
  t.same(states(fold(...circle, ...off)), { '1': 'cyclic', '2': 'active', '3': 'active' })
})

t.test('a circle of 32 people is cut, a longer one is not', async t => {
  const ring = (size: number) =>
    Array.from({ length: size }, (_, n) => reports(`${100 + n}`, `${100 + ((n + 1) % size)}`))
  t.same([...cutIn(fold(...ring(32)))], ['100'])
  t.same([...cutIn(fold(...ring(33)))], [])
  t.same([...cutIn(fold(...ring(33), reports('131', '100')))], ['100'], 'one leaves it, and it is short enough')
  t.same([...cutIn(fold(...ring(32), settings({})))], ['100'])
})

t.test('of a circle that an approval opens, the smallest is told, who was not held themselves', async t => {
  const strict: Settings = { brake: { at_least: 0, percent: 0 } }
  const held = [settings(strict), ...circle, reports('2', null)]
  t.equal(states(fold(...held))['1'], 'cyclic')
  const decided = fold(...held, approved('acme-4'))
  t.same(states(decided), { '1': 'active', '2': null, '3': 'active' })
  t.same(
    decided.told.slice(-2).map(({ id }) => id),
    ['acme/5/users/2', 'acme/5/users/1'],
  )
  t.equal(states(fold(...held, rejected('acme-4')))['1'], 'cyclic')
})

t.test('who is approved together with their manager is told once, and of the manager as approved', async t => {
  const held = [
    settings({ brake: { at_least: 0, percent: 0 } }),
    reports('2', null),
    reports('1', '2', { 'root.firstName': 'Ada' }),
    reports('2', null, { 'root.email': null }),
    reports('1', '2', { 'root.firstName': null }),
  ]
  const { told, user } = fold(...held, approved('acme-3'))
  t.equal(user('1')?.override_manager?.email, null)
  t.equal(new Set(told.map(({ id }) => id)).size, told.length)
})

const people = ['1', '2', '3', '4', '5']
const person = fc.constantFrom(...people)
const documents: Settings[] = [
  {},
  { override_manager: false },
  { brake: { at_least: 0, percent: 0 } },
  { override_manager: false, brake: { at_least: 0, percent: 0 } },
  { scope: { include: { field: 'work.department', equals: '7' }, otherwise: 'flag' } },
  { scope: { include: { field: 'work.department', equals: '7' }, otherwise: 'leaver' }, brake: { at_least: 1 } },
]
type Step = Given | 'approve' | 'reject'
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        person,
        fc.constantFrom(...people, null),
        fc.constantFrom('7', '8'),
        fc.constantFrom('a@example.com', 'b@example.com', null),
        fc.constantFrom('Employed', 'Terminated'),
      )
      .map(([id, manager, department, email, status]) =>
        reports(id, manager, {
          'work.department': department,
          'root.email': email,
          'internal.lifecycleStatus': status,
        }),
      ),
  },
  { weight: 2, arbitrary: person.map(id => deletedWebhook(id)) },
  { weight: 2, arbitrary: person.map(id => missing(id)) },
  { weight: 3, arbitrary: fc.constantFrom(...documents).map(document => settings(document)) },
  { weight: 1, arbitrary: fc.constantFrom('2026-11-01', '2026-11-02').map(date => day(date)) },
  { weight: 3, arbitrary: fc.constantFrom<Step>('approve', 'approve', 'reject') },
)

/** Settings are each made from those in force, decisions are of the hold that is open. */
const log = fc.array(step, { minLength: 5, maxLength: 25, size: 'max' }).map(steps => {
  const given: Given[] = []
  let version = 0
  for (const one of steps) {
    if (one === 'approve' || one === 'reject') {
      const state = foldLog(logOf(given)).states.find(({ kind }) => kind === 'tenant') as TenantState | undefined
      if (state?.hold) given.push(one === 'approve' ? approved(state.hold.id) : rejected(state.hold.id))
    } else if (one[0] === 'tenant.settings.changed') {
      given.push(settings((one[1] as { settings: Settings }).settings, ++version))
    } else given.push(one)
  }
  return given
})
const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 500) }

t.test('after any log, exactly the smallest of each circle is cut', async t => {
  let circles = 0
  fc.assert(
    fc.property(log, given => {
      const folded = foldLog(logOf(given))
      const cut = cutOf(folded.users)
      if (cut.size > 0) circles++
      deepEqual(cutIn(folded), cut)
    }),
    runs,
  )
  t.ok(circles > runs.numRuns / 10, 'circles are common among them')
})

t.test(
  'cut into batches and slices of any size it folds to the same, and a key gets one change of an event',
  async t => {
    const cuts = fc.record({ batch: fc.integer({ min: 1, max: 7 }), pageSize: fc.integer({ min: 1, max: 3 }) })
    fc.assert(
      fc.property(log, cuts, fc.constantFrom(0, 1, 200), (given, { batch, pageSize }, inlineReportsMax) => {
        const limits = { touchesMax: 60, inlineReportsMax }
        const whole = foldLog(logOf(given), { limits })
        const cut = foldLog(logOf(given), { limits, batchSize: () => batch, pageSize })
        for (const part of ['users', 'managers', 'states'] as const) deepEqual(cut[part], whole[part])
        const changesOf = ({ changes }: typeof whole) => changes.map(({ id, value }) => [id, value]).sort()
        deepEqual(changesOf(cut), changesOf(whole))
        const ids = cut.changes.map(({ id }) => id)
        deepEqual(ids.length, new Set(ids).size)
        const told = new Map(whole.changes.map(({ key, value }) => [key, JSON.parse(value ?? '').data.user as User]))
        for (const { user, standing } of whole.users)
          if (!standing?.hidden) deepEqual(told.get(`acme/${user.id}`), user)
      }),
      runs,
    )
    t.pass()
  },
)

function cutIn({ users }: { users: readonly UserDocument[] }): Set<string> {
  const living = users.filter(({ user }) => user.status !== 'deleted')
  return new Set(living.filter(({ user }) => user.override_manager?.state === 'cyclic').map(({ user }) => user.id))
}
