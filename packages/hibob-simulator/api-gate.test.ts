// What the API refuses, how often it lets itself be called, and what it does wrong when told to.
import t from 'tap'
import type { Company } from './company-api.ts'
import { startTestCompany as start } from './test-company.ts'

const fields = ['root.id', 'work.title']

t.test('each misbehaviour comes as often as it was asked for', async t => {
  const { company, client } = await start(t)
  const kind = async () => (await client.searchPeople({ ids: ['1'], fields })).kind
  const cases = [
    ['status429', 'rate_limited'],
    ['status5xx', 'unavailable'],
    ['htmlWith200', 'invalid_answer'],
    ['truncatedJson', 'invalid_answer'],
  ] as const
  for (const [what, expected] of cases) {
    company.misbehave({ [what]: 2 })
    t.same([await kind(), await kind(), await kind()], [expected, expected, 'ok'], what)
  }
})

t.test('an answer can be made to come late', async t => {
  const { company, clientOf } = await start(t)
  const impatient = clientOf(company, { limits: { headersMs: 200 } })
  company.misbehave({ slowMs: 20_000 })
  t.match(await impatient.fields(), { kind: 'unavailable' })
  company.misbehave({ slowMs: null })
  t.match(await clientOf(company).fields(), { kind: 'ok' })
})

t.test('one company’s refused token is no other company’s matter', async t => {
  const { simulator, company, client, clientOf } = await start(t)
  const other = simulator.addCompany({ id: '700124', people: 3 })
  company.misbehave({ unauthorized: true })
  t.match(await client.searchPeople({ fields }), { kind: 'unauthorized' })
  t.match(await clientOf(other).searchPeople({ fields }), { kind: 'ok' })
  company.misbehave({ unauthorized: false })
  company.rotateToken('another')
  t.match(
    await clientOf({ ...other, serviceUserId: company.serviceUserId, token: 'token-of-700123' } as Company).fields(),
    { kind: 'unauthorized' },
  )
  t.match(await clientOf(company).fields(), { kind: 'ok' })
  t.same(company.calls, { 'people/search': 1, 'company/people/fields': 2 })
})

t.test('the 51st search of a minute is refused, and the headers told so', async t => {
  let now = Date.parse('2026-11-24T12:00:00Z')
  const { call, client } = await start(t, { now: () => now })
  now += 10_000
  for (let left = 49; left >= 0; left--) {
    const answer = await call('/people/search', { fields: ['root.id'] })
    t.equal(answer.headers.get('x-ratelimit-remaining'), String(left))
    t.equal(answer.headers.get('x-ratelimit-reset'), String(Date.parse('2026-11-24T12:01:00Z') / 1000))
  }
  t.match(await client.searchPeople({ fields }), { kind: 'rate_limited', status: 429 })
  t.match(await client.fields(), { kind: 'ok' })
  now += 50_000
  t.match(await client.searchPeople({ fields }), { kind: 'ok' })
})

t.test('fifty failures to authenticate shut an address out for five minutes, good tokens too', async t => {
  let now = Date.parse('2026-11-24T12:00:10Z')
  const { call } = await start(t, { now: () => now })
  const status = async (authorization?: string) =>
    (await call('/company/people/fields', undefined, authorization)).status
  for (let failed = 0; failed < 49; failed++) await status(`Basic ${failed}`)
  t.equal(await status(), 200)
  t.equal(await status('Basic x'), 401)
  t.equal(await status(), 403)
  now += 299_999
  t.equal(await status(), 403)
  now += 1
  t.equal(await status(), 200)
})

t.test('a company of 50,000 is answered whole', async t => {
  const { simulator, clientOf } = await start(t)
  const large = simulator.addCompany({ id: '9', people: 50_000 })
  const answer = await clientOf(large).searchPeople({ fields: ['root.id'] })
  t.equal(answer.kind === 'ok' && new Set(answer.people.map(person => person.id)).size, 50_000)
})
