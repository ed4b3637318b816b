import t from 'tap'
import { createCompany } from './company.ts'
import type { Person } from './company-api.ts'

const today = '2026-11-24'
const make = (seed: number, people = 200) =>
  createCompany({ id: '1', people, today }, { seed, now: () => Date.parse(`${today}T12:00:00Z`), settlingMs: 0 })
const statuses = (people: Person[]) => new Set(people.map(person => person.lifecycleStatus.toLowerCase()))

t.test('the same seed makes the same people, another seed others', async t => {
  t.same(make(1).people, make(1).people)
  t.notSame(make(1).people, make(2).people)
})

t.test('a company has every kind of person that HiBob has', async t => {
  const { people } = make(1, 1_000)
  t.equal(people.length, 1_000)
  t.same([...statuses(people)].sort(), [
    'employed',
    'garden leave',
    'hired',
    'parental leave',
    'sabbatical',
    'terminated',
  ])
  t.ok(
    people.some(person => person.lifecycleStatus === 'employed'),
    'in both spellings',
  )
  t.ok(people.some(person => person.lifecycleStatus === 'Employed'))
  t.ok(people.some(person => person.email === null))
  t.ok(people.some(person => person.title === null))
  t.ok(
    people.some(person => person.terminationDate !== null && person.status === 'Active'),
    'some will leave',
  )
  const emails = people.map(person => person.email).filter(email => email !== null)
  t.equal(new Set(emails).size, emails.length)
  t.ok(emails.every(email => email.endsWith('@company.example')))
})

t.test('managers form one tree with the chief on top', async t => {
  const people = new Map(make(1, 2_000).people.map(person => [person.id, person]))
  const heads = [...people.values()].filter(person => person.reportsTo === null)
  t.equal(heads.length, 1)
  for (const person of people.values()) {
    let steps = 0
    for (let at: Person | undefined = person; at?.reportsTo != null; at = people.get(at.reportsTo)) steps++
    if (steps > 12) t.fail(`${person.id} is ${steps} below the chief`)
  }
  const reports = Map.groupBy(people.values(), person => person.reportsTo)
  t.ok(Math.max(...[...reports.values()].map(list => list.length)) <= 25)
})

t.test('changes at random keep the company whole, and need no luck', async t => {
  const company = make(3, 40)
  const { driftOnce } = await import('./drift.ts')
  const { createRandom } = await import('./random.ts')
  const random = createRandom(5)
  for (let i = 0; i < 2_000; i++) driftOnce(company.state, random)
  t.ok(company.people.length > 40)
  for (const person of company.people) {
    let steps = 0
    for (let at = company.person(person.id); at?.reportsTo != null; at = company.person(at.reportsTo)) steps++
    if (steps > company.people.length) t.fail(`${person.id} is below themselves`)
  }
  t.ok(
    company.listItems('department').some(item => /\d$/.test(item.name)),
    'a department was renamed',
  )
})
