// Whatever lies in the log: it stops nobody, is set aside with a cause that holds no value, and what follows it is folded.
import { deepEqual, doesNotMatch, equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { whatIsAsked } from '../../services/importer/due-people.ts'
import { foldLog } from '../../test/support/fold-log.ts'
import { decodeEvent, described, isAbout, type LogRecord, referenceOf, seenEvent } from './index.ts'
import { settingsHistory } from './settings/settings-history.ts'
import { logOf, observed } from './test-events.ts'
import { marker, oddKeys, oddValue } from './test-odd-records.ts'

const runs = { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 400) }
const odd = fc.array(oddValue, { minLength: 1, maxLength: 12 })
const logWith = (values: readonly (string | null)[], key = 'acme'): LogRecord[] => {
  const records = values.map((value, offset) => ({ partition: 0, offset, time: 1_700_000_000_000, key, value }))
  return [...records, ...logOf([['tenant.added', { by: 'x' }], observed('after', {})], 'acme', records.length)]
}

t.test('odd records stop no fold, and no cause quotes them', async () => {
  fc.assert(
    fc.property(odd, values => {
      const { users, parked } = foldLog(logWith(values))
      ok(users.some(({ user }) => user.id === 'after'))
      for (const { message, code, type, eventId } of parked) {
        doesNotMatch([message, code, type, eventId].join(), new RegExp(marker))
        ok(message.length < 300, message)
      }
    }),
    runs,
  )
})

t.test('however a log with odd records is cut into batches, it folds to the same', async () => {
  fc.assert(
    fc.property(odd, fc.integer({ min: 1, max: 5 }), (values, size) => {
      const [whole, cut] = [foldLog(logWith(values)), foldLog(logWith(values), { batchSize: () => size })]
      deepEqual([cut.users, cut.states, cut.parked], [whole.users, whole.states, whole.parked])
    }),
    { numRuns: 100 },
  )
})

t.test('what is folded is the same when it has been stored and loaded in between', async () => {
  fc.assert(
    fc.property(odd, values => {
      const { users, states, changes } = foldLog(logWith(values))
      // BSON, too, keeps no half of a surrogate pair
      for (const kept of [users, states, changes.map(({ key, value }) => [key, value])])
        doesNotMatch(JSON.stringify(kept), /[^\\]\\ud[89ab]/)
    }),
    { numRuns: 100 },
  )
})

t.test('a record whose key is no tenant’s is parked under no tenant, at its place', async () => {
  for (const key of oddKeys) {
    const value = JSON.stringify({ ...JSON.parse(logOf([observed('1', {})])[0]?.value ?? ''), tenantid: key })
    const [record] = logWith([value], key)
    const { parked, users } = foldLog([record as LogRecord])
    deepEqual(users, [])
    deepEqual([parked[0]?.tenantId, parked[0]?.offset, parked[0]?.code], ['', 0, 'event_undecodable'])
    equal(parked[0]?.employeeId, null, 'there is nobody to read again')
    ok((parked[0]?.message.length ?? 0) < 300)
    doesNotMatch(String(parked[0]?.message), new RegExp(marker))
  }
})

t.test('the importer and the commands pass over what they cannot read', async () => {
  fc.assert(
    fc.property(odd, values => {
      const records = logWith(values)
      const { people } = whatIsAsked(records.map(decodeEvent), { settlingMs: 1000, takenAt: 0, now: 0 })
      for (const { employeeId, eventId } of people) equal(`${employeeId}${eventId}`.isWellFormed(), true)
      const sources = records
        .map(decodeEvent)
        .flatMap(({ event, record }) => (event === null ? [] : [{ event, record }]))
      settingsHistory(sources)
      for (const record of records) {
        const event = seenEvent(record, 'acme')
        if (event === null) continue
        described(event)
        referenceOf(event)
        isAbout(event, '1', { offset: 1, takeover: 1, request: 1 })
      }
    }),
    runs,
  )
})
