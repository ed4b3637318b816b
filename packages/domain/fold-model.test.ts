// The fold against the plain model of its rules, over random histories.
import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import { plainModel } from './plain-model.ts'
import { deletedWebhook, type Given, lists, missing, observed, recordOf, unchanged } from './test-events.ts'

const people = ['1', '2', '3', '4', 'a/b.$c', '__proto__', 'constructor']
const person = fc.constantFrom(...people)
const digest = fc.constantFrom('d1', 'd2')
/** A reading began so many records before its event: mostly just then, sometimes long before others that are told first. */
const request = fc.record({ lag: fc.integer({ min: 1, max: 9 }), takeover: fc.integer({ min: 1, max: 2 }) })
/** The longest that is kept, and one that is not. */
const [longest, tooLong] = ['é𝄞'.repeat(2000), 'x'.repeat(4001)]
const label = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('North', 'South') }, fc.constantFrom(longest, tooLong))
const lifecycleStatus = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('Employed', 'hired', 'Hired ', 'TERMINATED', 'On leave') },
  { weight: 2, arbitrary: fc.constantFrom(null, ' ', 'Frozen', ['Employed'], ['Hired', 'Employed'], {}, undefined) },
)
const fields = fc.record(
  {
    'root.id': fc.constantFrom('1', '2'),
    'root.displayName': fc.constantFrom('A', 'B', '', ' ', null),
    'root.firstName': fc.constantFrom('F', null),
    'root.surname': fc.constantFrom('S', 7),
    'root.email': fc.constantFrom('a@example.com', ' b@example.com ', 'b@example.com'),
    'work.department': fc.constantFrom('7', '8', 8, ['8'], 'R&D v1.2/x', '', null),
    'work.title': fc.constantFrom('5', 6, null),
    'work.site': fc.constantFrom('London', 'Lisbon', null),
    'work.siteId': fc.constantFrom(26, '27', null),
    'work.startDate': fc.constantFrom('2026-01-01', '2026-02-01', '2026-02-30', null),
    'internal.terminationDate': fc.constantFrom('2027-01-01', null),
    'work.reportsTo': fc.constantFrom(...people, null),
    'internal.lifecycleStatus': lifecycleStatus,
  },
  { requiredKeys: [] },
)
const labels = fc.record(
  { 'work.department': label, 'work.title': label, 'work.siteId': label, 'work.startDate': fc.constant('01/01/26') },
  { requiredKeys: [] },
)
const unreadable = fc.constantFrom(
  { 'work.title': { a: 1 } },
  { 'root.email': ['x', 'y'] },
  { 'root.displayName': {} },
  { 'work.reportsTo': {} },
  { 'work.department': ['7', '8'] },
  { 'work.siteId': {}, 'work.site': null },
  { 'work.site': [['x']] },
  { 'root.displayName': tooLong, 'root.email': longest },
  { 'work.title': tooLong, 'work.department': [tooLong] },
  { 'work.reportsTo': tooLong, 'work.siteId': tooLong },
)
const list = fc.constantFrom('department', 'title', 'site', 'pets', 'constructor')
const itemName = fc.oneof({ weight: 8, arbitrary: fc.constantFrom('X', 'Y', null) }, fc.constantFrom(longest, tooLong))
const items = fc.dictionary(fc.constantFrom('5', '6', '7', '8', '26'), itemName, { maxKeys: 3 })
const of = <T extends unknown[]>(weight: number, parts: fc.Arbitrary<T>, make: (...parts: T) => Given) => ({
  weight,
  arbitrary: parts.map(values => make(...values)),
})
const began = ({ lag, takeover }: { lag: number; takeover: number }) =>
  ({ asOf: { offset: -lag, takeover, request: 1 } }) as const
const history: fc.Arbitrary<Given[]> = fc.array(
  fc.oneof(
    of(
      14,
      fc.tuple(person, fields, labels, request, digest, fc.boolean()),
      (id, values, named, at, digested, settled) =>
        observed(id, values, { ...began(at), labels: named as Record<string, string>, digest: digested, settled }),
    ),
    of(2, fc.tuple(person, unreadable, request), (id, values, at) => observed(id, values, began(at))),
    of(4, fc.tuple(person, request), (id, at) => missing(id, began(at))),
    of(3, fc.tuple(person, fc.boolean()), (id, mismatch) => deletedWebhook(id, { companyMismatch: mismatch })),
    of(4, fc.tuple(list, items, request), (name, named, at) => lists(name, named, began(at))),
    of(2, fc.tuple(person, person, digest, request), (id, other, digested, at) =>
      unchanged(
        [...new Set([id, other])].map(known => ({ id: known, digest: digested })),
        began(at).asOf,
      ),
    ),
    of(1, fc.tuple(fc.constantFrom('r', 's')), resendId => ['tenant.resend.requested', { resendId }]),
    of(1, fc.tuple(person), id => ['tenant.resend.requested', { resendId: id, userIds: [id, 'nobody'] }]),
    of(1, fc.tuple(fc.constantFrom('7', '8', 'R&D v1.2/x'), fc.option(person, { nil: undefined })), (team, id) => [
      'tenant.resend.requested',
      { resendId: team, teamIds: [team, 'none'], ...(id === undefined ? {} : { userIds: [id] }) },
    ]),
    of(1, fc.tuple(fc.constantFrom('tenant.removed', 'tenant.added')), type => [type, { by: 'x' }]),
  ),
  { maxLength: 45, size: 'max' },
)
const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 20 }),
  inlineReportsMax: fc.integer({ min: 0, max: 4 }),
  pageSize: fc.integer({ min: 1, max: 4 }),
})

t.test('the fold gives what its rules say, in read models, changes, parked events and people to be read', async t => {
  fc.assert(
    fc.property(history, sizes, (given, { batch, inlineReportsMax, pageSize }) => {
      const records = given.map((event, place) => placed(event, place + 10))
      const model = plainModel()
      for (const { value, offset } of records) model.take(JSON.parse(value as string), offset)
      const folded = foldLog(records, {
        batchSize: () => batch,
        limits: { touchesMax: 60, inlineReportsMax },
        pageSize,
      })
      const told = folded.users.filter(({ standing }) => !standing?.hidden)
      deepEqual(new Map(told.map(({ user }) => [user.id, { ...user }])), model.users())
      deepEqual(
        new Map(folded.users.map(({ user, unseen_since: since }) => [user.id, since && placeOf(since)])),
        model.unseen(),
      )
      deepEqual(new Map(folded.teams.map(({ team }) => [team.id, team.name])), model.teams())
      deepEqual(new Map(folded.managers.map(({ manager }) => [manager.id, { ...manager }])), model.managers())
      deepEqual(folded.changes.map(toldOf).sort(), model.told.map(told => JSON.stringify(told)).sort())
      deepEqual(
        folded.parked.map(({ offset }) => offset),
        model.parked,
      )
      deepEqual(
        folded.due.map(({ employeeId }) => employeeId),
        model.due,
      )
    }),
    { numRuns: 700 },
  )
  t.pass()
})

/** At its place in the log, its reading begun as long before as it says. */
function placed([type, data]: Given, place: number) {
  const asOf = (data as { asOf?: { offset: number } }).asOf
  const given = asOf && { ...(data as object), asOf: { ...asOf, offset: place + asOf.offset } }
  return recordOf(type, given ?? data, 'acme', place)
}

function placeOf(time: string): number {
  return (Date.parse(time) - 1_700_000_000_000) / 600_000
}

function toldOf({ key, offset, value }: { key: string; offset: number; value: string | null }): string {
  const change = value === null ? null : JSON.parse(value)
  const changed = (change?.data.changed ?? []).map(({ field }: { field: string }) => field)
  const type = change === null ? 'null' : change.type.replace('learnamp.', '')
  return JSON.stringify({ type, key: key.slice('acme/'.length), offset, changed })
}
