import { digestOf, type ObservedPerson } from '@hibob-sync/hibob'
import t from 'tap'
import { compareWithLast, unchangedEvent } from './import-comparison.ts'

const person = (id: string, firstName: string): ObservedPerson => ({
  id,
  fields: { 'root.id': id, 'root.firstName': firstName, 'work.custom': { list: ['a'] } },
  labels: {},
  absent: ['root.email'],
})
const knownAs = (one: ObservedPerson, status: 'active' | 'deleted' = 'active') => ({
  digest: digestOf(one),
  status,
  fields: one.fields,
})
const asOf = { offset: 9, takeover: 2, request: 4 }
const reading = {
  tenantId: 'acme',
  importId: 'i1',
  by: 'ada',
  requestOffset: 7,
  asOf,
  settledThrough: 5,
  beganAt: 1_700_000_000_000,
}
let made = 0
const stamp = { nextId: () => `id-${made++}`, time: '2026-11-24T00:00:00.000Z' }
const compare = (
  people: ObservedPerson[],
  last: [string, ReturnType<typeof knownAs>][],
  webhooks: [string, number][] = [],
) => compareWithLast(people, { last: new Map(last), webhooks: new Map(webhooks) }, reading, stamp)

t.test('who differs from the last observation is observed anew, of the others only the digest is told', async t => {
  const [same, new1, changed, back] = [person('1', 'A'), person('2', 'B'), person('3', 'C'), person('4', 'D')]
  const found = compare(
    [same, new1, changed, back],
    [
      ['1', knownAs(same)],
      ['3', knownAs(person('3', 'Former'))],
      ['4', knownAs(back, 'deleted')],
    ],
  )
  t.same(found.unchanged, [{ id: '1', digest: digestOf(same) }])
  t.same(
    found.different.map(({ event: { data } }) => [data.employeeId, data.asOf, data.settled, data.cause]),
    ['2', '3', '4'].map(id => [id, asOf, true, { kind: 'import', eventId: null, offset: 7, triggeredBy: 'ada' }]),
  )
  t.equal(found.different[1]?.event.data.digest, digestOf(changed))
  t.same(
    found.different.map(({ isNew }) => isNew),
    [true, false, false],
  )
})

t.test('a change that an unread webhook announced is no drift, and what it shows so soon is not settled', async t => {
  const last: [string, ReturnType<typeof knownAs>][] = ['1', '2'].map(id => [id, knownAs(person(id, 'Former'))])
  const found = compare([person('1', 'A'), person('2', 'B'), person('3', 'New')], last, [['2', 6]])
  t.same(
    found.different.map(({ drifted }) => drifted),
    [['root.firstName'], [], []],
  )
  t.same(
    found.different.map(({ event }) => event.data.settled),
    [true, false, true],
  )
})

t.test('a field that was never observed before is no drift: settings have come to name it', async t => {
  const { fields, ...rest } = person('1', 'Same')
  const found = compare(
    [{ ...rest, fields: { ...fields, 'work.custom.field_7': 'new' } }],
    [['1', knownAs(person('1', 'Same'))]],
  )
  t.same(
    found.different.map(({ drifted, isNew }) => ({ drifted, isNew })),
    [{ drifted: [], isNew: false }],
  )
})

t.test('a page of the unchanged carries the import and the request that saw them', async t => {
  const people = [{ id: '1', digest: 'd' }]
  t.match(unchangedEvent(people, reading, stamp), {
    type: 'hibob.employees.unchanged',
    tenantid: 'acme',
    data: { importId: 'i1', people, asOf },
  })
})
