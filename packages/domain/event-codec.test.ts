import t from 'tap'
import { decodeEvent, encodeEvent, type HibobEvent } from './index.ts'
import { logOf, observed } from './test-events.ts'

const [record] = logOf([observed('1', { 'root.displayName': 'Ada' })])
if (record === undefined) throw new Error('no record')
const event = JSON.parse(record.value as string) as HibobEvent
const decoded = (change: object, key = 'acme') =>
  decodeEvent({ ...record, key, value: JSON.stringify({ ...event, ...change }) })
const causeOf = (answer: ReturnType<typeof decodeEvent>) => ('failure' in answer ? answer.failure.message : null)

t.test('what was encoded is decoded to the same event', async t => {
  t.same(decodeEvent({ ...record, value: encodeEvent(event) }), { record, event })
})

t.test('an attribute that this release does not know is no hindrance', async t => {
  t.same(causeOf(decoded({ partitionkey: 'x', data: { ...(event.data as object), later: 1 } })), null)
})

t.test('a type that this release does not know is named, and so is every built-in property', async t => {
  for (const type of ['hibob.future.type', 'constructor', '__proto__', 'toString'])
    t.match(decoded({ type, data: null }), { event: null, unknown: { type } })
})

t.test('a record that is no event of its tenant says why it cannot be read, and never its values', async t => {
  for (const value of [null, '', 'rubbish', '{', 'null', '7', '[]', '{}', '"text"'])
    t.match(causeOf(decodeEvent({ ...record, value })), /^the record at 0\/0 /, String(value))
  t.match(causeOf(decoded({}, 'other')), /names tenant acme under the key other/)
  t.match(causeOf(decoded({ specversion: '0.3' })), /is not a CloudEvents 1.0 event/)
  t.match(causeOf(decoded({ tenantid: 'a/b' }, 'a/b')), /is not a CloudEvents/)
  for (const change of [{ employeeId: 7 }, { employeeId: '' }, { asOf: { offset: -1 } }, { asOf: { offset: 0.5 } }])
    t.match(causeOf(decoded({ data: { ...(event.data as object), ...change } })), /break the schema/)
  t.notMatch(causeOf(decoded({ data: { ...(event.data as object), labels: { a: { secret: 'Ada' } } } })), /Ada/)
})

t.test('an import’s page holds 400 people and not one more', async t => {
  const page = (count: number) => ({
    type: 'hibob.employees.unchanged',
    data: {
      importId: 'i',
      people: Array.from({ length: count }, (_, id) => ({ id: `${id}`, digest: 'd' })),
      asOf: { offset: 1, takeover: 1, request: 1 },
    },
  })
  t.equal(causeOf(decoded(page(400))), null)
  t.match(causeOf(decoded(page(401))), /break the schema/)
})
