// Whatever a log makes of documents, MongoDB takes them, and gives them back as they were: one that it refused would hold up the partition.
import { deepStrictEqual } from 'node:assert/strict'
import type { CollectionName, LogRecord } from '@hibob-sync/domain'
import fc from 'fast-check'
import { BSON } from 'mongodb'
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import { logOf, observed } from '../domain/test-events.ts'
import { oddNames, oddTexts, oddValue } from '../domain/test-odd-records.ts'
import { settings } from '../domain/test-settings.ts'
import { noteOperation } from './parked-events.ts'
import { type AnyDocument, collectionNames, loadedAs, storedAs } from './stored-documents.ts'
import { userUpdate } from './stored-user.ts'

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 150) }
const before = logOf([settings({ person_time_zone: { from: 'work.zone' }, leavers: { ends: 'termination_date' } })])
const after = (values: readonly (string | null)[]): LogRecord[] =>
  values.map((value, at) => ({ partition: 0, offset: at + 1, time: 1_700_000_000_000 + at, key: 'acme', value }))

/** As the driver sends it, and reads it again. */
const kept = <T extends object>(document: T): T => BSON.deserialize(BSON.serialize(document)) as T

function sameWhenKept(name: CollectionName, document: AnyDocument): void {
  const [loaded] = loadedAs(name, [kept(storedAs(name, document)) as unknown as AnyDocument])
  deepStrictEqual(loaded, document)
}

t.test('every document of a log with odd records is stored and loaded as it is', async () => {
  fc.assert(
    fc.property(fc.array(oddValue, { maxLength: 10 }), values => {
      const folded = foldLog([...before, ...after(values)])
      for (const name of Object.keys(collectionNames) as CollectionName[])
        for (const document of folded[name]) sameWhenKept(name, document)
      for (const parked of folded.parked) kept(noteOperation(parked))
      for (const change of folded.changes) kept({ ...change, value: change.value })
    }),
    runs,
  )
})

t.test('a field of any name, with a value of any shape, is stored whole and as an update', async () => {
  // what nests too deeply to be shown is in the test above
  const value = fc
    .constantFrom(...oddTexts.filter(text => !text.startsWith('[[[[')))
    .map(text => JSON.parse(text) as unknown)
  const deep = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      value,
      fc.dictionary(fc.constantFrom(...oddNames), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value
  const fields = fc.dictionary(fc.constantFrom(...oddNames), deep, { maxKeys: 4, noNullPrototype: true })
  fc.assert(
    fc.property(fields, fields, (first, second) => {
      const users = [first, second].map((shown, at) => {
        const log = logOf([observed('1', { 'work.zone': '_bsontype' }), observed('1', shown)], 'acme', at)
        return foldLog([...before, ...log.map((record, index) => ({ ...record, offset: index + 1 }))]).users[0]
      })
      const [former, next] = users
      if (former === undefined || next === undefined) throw new Error('no user')
      for (const user of [former, next]) sameWhenKept('users', user)
      kept({ $set: userUpdate(former, next) })
    }),
    runs,
  )
})
