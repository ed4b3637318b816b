// Whatever a user was, and whatever it becomes: after the update MongoDB holds exactly that, under names that HiBob may give its fields.
import type { UserDocument } from '@hibob-sync/domain'
import fc from 'fast-check'
import t from 'tap'
import { fromStoredUser, storedKey, toStoredUser, userUpdate } from './stored-user.ts'
import { testDatabase } from './test-database.ts'

const mongo = await testDatabase()
const users = mongo.db.collection<UserDocument>('users')

const awkward = [
  'work.title',
  'work/title',
  'work~1title',
  '$set',
  'a.$.b',
  '',
  '~3',
  '.',
  '..',
  '0',
  '__proto__',
  'é.ü',
]
const path = fc.oneof(
  fc.constantFrom(...awkward),
  fc.string().map(text => text.replaceAll('\0', '')),
)
const value = fc.oneof(
  fc.constantFrom(null, '', 'x', 1, true),
  fc.dictionary(path, fc.constantFrom(null, 'x', 2), { maxKeys: 2, noNullPrototype: true }),
)
const paths = <T>(values: fc.Arbitrary<T>) => fc.dictionary(path, values, { maxKeys: 5, noNullPrototype: true })
const entry = fc.record({
  eventId: fc.constantFrom('a', 'b'),
  offset: fc.nat(3),
  at: fc.constant('now'),
  rule: fc.constant('standard'),
  fields: fc.subarray(['email', 'status']),
})
const document = fc.record({
  user: fc.record({
    email: fc.constantFrom(null, 'a', 'b'),
    primary_team: fc.constantFrom(null, { id: 't', name: 'T' }),
  }),
  observed: fc.record({ fields: paths(value), labels: paths(fc.constantFrom('x', 'y')) }),
  provenance: fc.array(entry, { maxLength: 3 }),
  touched: fc.nat(9),
})

t.test('an update makes of any stored user any other', async t => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(document, document, async (a, b) => {
      const _id = `acme/1/${runs++}`
      const [former, next] = [a, b].map(more => ({ _id, ...more }) as unknown as UserDocument) as [
        UserDocument,
        UserDocument,
      ]
      await users.insertOne(toStoredUser(former))
      const $set = userUpdate(former, next)
      if (Object.keys($set).length > 0) await users.updateOne({ _id }, { $set })
      const stored = fromStoredUser((await users.findOne({ _id })) as UserDocument)
      t.strictSame(JSON.parse(JSON.stringify(sorted(stored))), JSON.parse(JSON.stringify(sorted(next))))
    }),
    { numRuns: 300 },
  )
})

t.test('one field that changed is all that an update names', async t => {
  const observed = { fields: { 'work.title': '1', 'root.email': 'a' }, labels: {} }
  const former = { _id: 'x', observed, provenance: [], touched: 1 } as unknown as UserDocument
  const next = { ...former, observed: { ...observed, fields: { ...observed.fields, 'root.email': 'b' } } }
  t.strictSame(userUpdate(former, next), { 'observed.fields.root/email': 'b' })
})

t.test('no two paths share a stored key', async t => {
  fc.assert(fc.property(path, path, (a, b) => (storedKey(a) === storedKey(b)) === (a === b)))
  t.same(
    awkward.map(storedKey).filter(key => key === '' || /[.$]/.test(key)),
    [],
  )
})

/** Entries in order of their keys, since MongoDB appends what is new. */
function sorted(from: unknown): unknown {
  if (typeof from !== 'object' || from === null) return from
  if (Array.isArray(from)) return from.map(sorted)
  return Object.entries(from)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)])
}
