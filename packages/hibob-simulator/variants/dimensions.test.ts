import t from 'tap'
import { startTestCompany } from '../test-company.ts'
import { dimensions, readVariants, standardVariants, type Variants, valuesOf } from './dimensions.ts'

t.test('a dimension or a value that there is not is refused by name', async t => {
  const { company, simulator } = await startTestCompany(t)
  const refused: [unknown, RegExp][] = [
    [{ list: 'keyed' }, /unknown dimension list\. Known: lists, /],
    [{ lists: 'keyd' }, /unknown value "keyd" of lists\. Known: keyed, /],
    [{ lists: undefined }, /unknown value undefined of lists/],
    [{ toString: 'keyed' }, /unknown dimension toString/],
    [['keyed'], /must be an object/],
    [null, /must be an object/],
  ]
  for (const [variants, message] of refused) {
    t.throws(() => readVariants(variants), { message })
    t.throws(() => company.answerAs(variants as Partial<Variants>), { message })
  }
  t.throws(() => simulator.addCompany({ id: '2', answersAs: { lists: 'keyd' as 'keyed' } }), /unknown value "keyd"/)
  t.throws(() => simulator.company('2'), 'nothing of it is made')
})

t.test('the standard is the first value of each dimension, and each value says what is answered', async t => {
  for (const [dimension, value] of Object.entries(standardVariants)) {
    const values = valuesOf(dimension as keyof Variants) as string[]
    t.equal(value, values[0])
    t.ok(values.length > 1, `${dimension} can be switched`)
    for (const about of Object.values(dimensions[dimension as keyof Variants])) t.match(about, /\w/)
  }
})

t.test('what is not named stays, and a company can begin with variants', async t => {
  const { simulator, company, call } = await startTestCompany(t, {
    companies: [{ id: '700123', people: 0, answersAs: { fieldCatalogue: 'wrapped', contentType: 'plain' } }],
  })
  company.answerAs({ lists: 'array' })
  const fields = await call('/company/people/fields')
  t.match(await fields.json(), { fields: Array })
  t.equal(fields.headers.get('content-type'), 'application/json')
  t.ok(Array.isArray(await (await call('/company/named-lists')).json()))
  company.answerAs({ fieldCatalogue: 'keyed' })
  t.match(await (await call('/company/people/fields')).json(), { 'work.title': { id: 'work.title' } })
  const control = `${new URL(simulator.url).origin}/simulator`
  const post = (body: unknown) =>
    fetch(`${control}/companies/700123/answer-as`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  t.equal((await post({ fieldCatalogue: 'array' })).status, 200)
  t.ok(Array.isArray(await (await call('/company/people/fields')).json()))
  const refused = await post({ fieldCatalogue: 'heap' })
  t.same([refused.status, await refused.text()].join(' ').includes('unknown value'), true)
  t.same(await (await fetch(`${control}/variants`)).json(), dimensions)
})
