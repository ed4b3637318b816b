// Random histories of a tenant: few people, so that everything that can happen between them does.
import fc from 'fast-check'
import { deletedWebhook, type Given, lists, missing, observed, unchanged } from './test-events.ts'

const people = ['1', '2', '3', '4', '5']
const departments = ['7', '8']
const person = fc.constantFrom(...people)
const asOf = fc.record({
  offset: fc.integer({ min: 1, max: 40 }),
  takeover: fc.integer({ min: 1, max: 2 }),
  request: fc.integer({ min: 1, max: 3 }),
})
const fields = fc.record(
  {
    'root.displayName': fc.constantFrom('A', 'B', null),
    'root.email': fc.constantFrom('a@example.com', 'b@example.com'),
    'work.department': fc.constantFrom(...departments, ['7'], null),
    'work.title': fc.constantFrom('5', '6', { not: 'a text' }),
    'work.reportsTo': fc.constantFrom(...people, null),
    'internal.lifecycleStatus': fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('Employed', 'Hired', 'Terminated') },
      { weight: 1, arbitrary: fc.constantFrom(null, 'Frozen', undefined) },
    ),
  },
  { requiredKeys: [] },
)
const given: fc.Arbitrary<Given> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(person, fields, asOf, fc.boolean())
      .map(([id, values, at, settled]) =>
        observed(id, values, { asOf: at, settled, labels: { 'work.department': 'Label' } }),
      ),
  },
  { weight: 2, arbitrary: fc.tuple(person, asOf).map(([id, at]) => missing(id, { asOf: at })) },
  { weight: 1, arbitrary: person.map(id => deletedWebhook(id)) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('department', 'title'),
        fc.constantFrom('5', '7', '8'),
        fc.constantFrom('X', 'Y', null),
        asOf,
      )
      .map(([list, id, name, at]) => lists(list, { [id]: name }, { asOf: at })),
  },
  { weight: 1, arbitrary: fc.tuple(person, asOf).map(([id, at]) => unchanged([{ id, digest: '{}' }], at)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Given>(
      ['tenant.removed', { by: 'x' }],
      ['tenant.added', { by: 'x' }],
      ['tenant.resend.requested', { resendId: 'r' }],
    ),
  },
)
export const history = fc.array(given, { maxLength: 40 })
