// What must hold of any log with settings, days and decisions in it.
import fc from 'fast-check'
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import type { Settings, TenantState } from './index.ts'
import { cutOf } from './test-circles.ts'
import { type Given, logOf, observed } from './test-events.ts'
import { employed } from './test-fold.ts'
import { history } from './test-history.ts'
import { approved, day, rejected, settings } from './test-settings.ts'

const documents: Settings[] = [
  {},
  { fields: { first_name: { from: 'root.displayName' }, email: null } },
  { fields: { job_title: { from: ['work.title', 'work.department'], when_empty: 'keep' } } },
  { fields: { primary_team: { from: 'work.title', list: 'title' } }, team_parents: true },
  { custom_fields: { origin: { constant: 'HiBob' }, title: { from: 'work.title', as: 'id', default: 'none' } } },
  { scope: { include: { field: 'work.department', equals: '7' }, otherwise: 'leaver' } },
  { scope: { include: { field: 'work.department', empty: false }, otherwise: 'flag' } },
  { leavers: { ends: 'termination_date', grace_days: 1 }, invites: { when: 'hire_date' } },
  { invites: { when: 'immediately' }, brake: { at_least: 1, percent: 0 } },
  { override_manager: false, brake: { at_least: 0, percent: 0 } },
]
const version = fc.integer({ min: 1, max: 4 })
const decided: fc.Arbitrary<Given> = fc.oneof(
  fc.tuple(fc.constantFrom(...documents), version).map(([document, number]) => settings(document, number)),
  fc.constantFrom('2026-11-01', '2026-11-02', '2026-12-24').map(date => day(date)),
  fc.tuple(fc.nat({ max: 40 }), fc.boolean(), fc.boolean()).map(([at, yes, whole]) => {
    const who = whole ? undefined : ['1', '2']
    return yes ? approved(`acme-${at}`, who) : rejected(`acme-${at}`, who)
  }),
)
const log = fc
  .tuple(history, fc.array(fc.tuple(fc.nat({ max: 40 }), decided), { maxLength: 10 }))
  .map(([given, more]) => {
    const mixed = [...given]
    // a version that applies now and then
    let next = 1
    for (const [at, event] of more) {
      const own = event[0] === 'tenant.settings.changed' && at % 2 === 0
      const data = event[1] as object
      mixed.splice(at, 0, own ? [event[0], { ...data, version: next, basedOn: next++ - 1 }] : event)
    }
    return mixed
  })
const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 300) }
const what = ({ users, teams, managers, states, changes, parked }: ReturnType<typeof foldLog>) => ({
  users,
  teams,
  managers,
  states,
  changes: changes.map(({ id, value }) => [id, value]),
  parked,
})

t.test('however a log is cut into batches and pages, it folds to the same', async t => {
  await fc.assert(
    fc.asyncProperty(
      log,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 3 }),
      async (given, batch, pageSize) => {
        const whole = what(foldLog(logOf(given)))
        const cut = what(foldLog(logOf(given), { batchSize: () => batch, pageSize }))
        t.strictSame(cut, whole)
        return JSON.stringify(cut) === JSON.stringify(whole)
      },
    ),
    runs,
  )
})

t.test('no key gets two changes of one event, and no id is given twice', async () => {
  fc.assert(
    fc.property(log, given => {
      const ids = foldLog(logOf(given)).changes.map(({ id }) => id)
      return new Set(ids).size === ids.length
    }),
    runs,
  )
})

t.test('changes, one after the other, lead from nothing to what stands', async () => {
  fc.assert(
    fc.property(log, given => {
      const { users, changes } = foldLog(logOf(given))
      const told = new Map<string, unknown>()
      for (const { topic, key, value, tombstone } of changes) {
        if (topic !== 'users') continue
        if (value === null || tombstone) told.delete(key)
        else told.set(key, (JSON.parse(value) as { data: { user: unknown } }).data.user)
      }
      const standing = users.filter(({ standing }) => !standing?.hidden)
      return (
        standing.length === told.size &&
        standing.every(
          ({ user, tenantId }) =>
            JSON.stringify(sorted(told.get(`${tenantId}/${user.id}`))) === JSON.stringify(sorted(user)),
        )
      )
    }),
    runs,
  )
})

t.test('what a user shows of the manager is what the manager is', async () => {
  fc.assert(
    fc.property(log, given => {
      const { users } = foldLog(logOf(given))
      const byId = new Map(users.map(document => [document.user.id, document]))
      const cut = cutOf(users)
      return users.every(({ user }) => {
        if (user.status === 'deleted' || user.override_manager === null) return true
        const manager = byId.get(user.override_manager.id)
        if (manager === undefined || manager.standing?.flags.includes('status_not_shown'))
          return user.override_manager.state === 'unknown'
        const { email, full_name, status } = manager.user
        const shown = manager.standing?.hidden ? { email: null, full_name: null } : { email, full_name }
        const state = cut.has(user.id) ? 'cyclic' : status === 'active' ? 'active' : 'inactive'
        return JSON.stringify(user.override_manager) === JSON.stringify({ id: manager.user.id, ...shown, state })
      })
    }),
    runs,
  )
})

t.test('the tenant knows how many are active, and how many are held', async () => {
  fc.assert(
    fc.property(log, given => {
      const { users, states } = foldLog(logOf(given))
      const state = states.find(({ kind }) => kind === 'tenant') as TenantState | undefined
      const active = users.filter(({ user }) => user.status === 'active' || user.status === 'pending').length
      const held = users.filter(({ standing }) => standing?.held).length
      return (state?.active ?? 0) === active && (state?.hold?.count ?? 0) === held
    }),
    runs,
  )
})

// a field that cannot be read keeps what was published, which settings may have changed
const isReadable = ([type, data]: Given) =>
  type !== 'hibob.employee.observed' ||
  typeof (data as { fields: Record<string, unknown> }).fields['work.title'] !== 'object'

t.test('settings and their rollback give back the same users', async () => {
  const unbraked = (document: Settings): Settings => ({ ...document, brake: { at_least: 100_000 } })
  const reversible = documents.filter(({ scope, invites, leavers }) => !scope && !invites && !leavers)
  fc.assert(
    fc.property(fc.constantFrom(...reversible), fc.constantFrom(...reversible), history, (first, second, given) => {
      const kept = given.filter(event => event[0] !== 'tenant.removed' && isReadable(event))
      const log = [settings(unbraked(first)), ...kept]
      const before = foldLog(logOf(log))
      const after = foldLog(logOf([...log, settings(unbraked(second), 2), settings(unbraked(first), 3)]))
      return (
        JSON.stringify(before.users.map(({ user }) => user)) === JSON.stringify(after.users.map(({ user }) => user))
      )
    }),
    runs,
  )
})

t.test('the order of people who have nothing to do with each other does not matter', async t => {
  const people = ['1', '2', '3', '4'].map(id => observed(id, employed({ 'work.startDate': `2026-11-0${id}` })))
  const given: Settings = { invites: { when: 'hire_date' }, leavers: { ends: 'termination_date' } }
  const users = (order: readonly Given[]) =>
    foldLog(logOf([settings(given), ...order, day('2026-11-03')])).users.map(({ user, standing }) => ({
      user,
      standing,
    }))
  fc.assert(
    fc.property(fc.shuffledSubarray(people, { minLength: 4 }), order => {
      t.strictSame(users(order), users(people))
    }),
  )
})

/** With its keys in order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort()
      .map(([key, entry]) => [key, sorted(entry)]),
  )
}
