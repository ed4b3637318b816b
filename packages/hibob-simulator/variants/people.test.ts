// What goes over the wire for the variants of people answers.
import t from 'tap'
import { startTestCompany } from '../test-company.ts'
import { type Variants, valuesOf } from './dimensions.ts'

type Json = Record<string, unknown>

const fields = [
  'root.id',
  'root.firstName',
  'root.surname',
  'root.email',
  'work.title',
  'work.siteId',
  'work.site',
  'work.startDate',
  'work.reportsTo',
  'work.manager',
  'work.custom.field_1698036945390',
  'internal.lifecycleStatus',
  'internal.terminationDate',
]

async function start(t: Parameters<typeof startTestCompany>[0]) {
  const started = await startTestCompany(t)
  const { company, call } = started
  const boss = company.hire({ firstName: 'Zoë' })
  const { id } = company.hire({
    firstName: 'Zoë',
    surname: '7',
    email: 'zoe@company.example',
    title: '251880101',
    siteId: 2606110,
    reportsTo: boss.id,
    startDate: '2024-01-31',
    other: { 'work.custom.field_1698036945390': ['79'] },
  })
  const search = async (variants: Partial<Variants>): Promise<string> => {
    company.answerAs(variants)
    const filters = [{ fieldPath: 'root.id', operator: 'equals', values: [id] }]
    return (await call('/people/search', { fields, filters, humanReadable: 'APPEND' })).text()
  }
  const row = async (variants: Partial<Variants>) =>
    (JSON.parse(await search(variants)) as { employees: Json[] }).employees[0] as Json & {
      work: Json
      internal: Json
      humanReadable: Json
    }
  return { ...started, id, boss, search, row }
}

t.test('each value of each dimension changes what is answered, alone and back again', async t => {
  const { search, company } = await start(t)
  const standard = await search({})
  const dimensions = [
    'peopleAnswer',
    'oddRows',
    'rowForm',
    'humanReadable',
    'personIds',
    'references',
    'itemReferences',
  ] as const
  for (const dimension of [
    ...dimensions,
    'values',
    'unreadable',
    'empties',
    'spelling',
    'unicode',
    'dates',
    'hidden',
  ] as const) {
    const [first, ...others] = valuesOf(dimension)
    for (const value of others) t.not(await search({ [dimension]: value }), standard, `${dimension} ${value}`)
    company.answerAs({ [dimension]: first })
  }
  t.equal(await search({}), standard)
})

t.test('ids are numbers with every digit, and references come in every form', async t => {
  const { id, boss, search, row } = await start(t)
  t.match(await search({ personIds: 'numbers' }), `"id":${id}`)
  t.match(await row({ personIds: 'in-list' }), { id: [id], '/root/id': { value: [id] } })
  t.match(await search({ personIds: 'texts', references: 'number' }), `"reportsTo":${boss.id}`)
  t.same((await row({ references: 'id' })).work['reportsTo'], boss.id)
  t.match((await row({ references: 'in-list' })).work['reportsTo'], [{ id: boss.id }])
  const { work } = await row({ references: 'manager' })
  t.same(['reportsTo' in work, work['manager']], [false, boss.id])
  t.match((await row({ itemReferences: 'texts' })).work, { siteId: '2606110', title: '251880101' })
  t.match((await row({ itemReferences: 'numbers' })).work, { siteId: 2606110, title: 251880101 })
})

t.test('values come in lists, as numbers, with blanks, in other spellings, and with times', async t => {
  const { row } = await start(t)
  const listed = await row({ values: 'in-list' })
  t.match(listed, { firstName: ['Zoë'], work: { title: ['251880101'], startDate: ['2024-01-31'] } })
  t.same((listed.work['custom'] as Json)['field_1698036945390'], ['79'], 'what is a list already stays one')
  t.match(await row({ values: 'numbers' }), { firstName: 'Zoë', surname: 7 })
  t.match(await row({ unicode: 'decomposed' }), { firstName: 'Zoe\u0308', surname: 7 }, 'one variant hides no other')
  await row({ unicode: 'composed' })
  const blanks = await row({ values: 'blanks-around' })
  t.match(blanks, { email: ' zoe@company.example\t', internal: { lifecycleStatus: ' Employed\t' } })
  t.match(await row({ values: 'plain', spelling: 'upper' }), { internal: { lifecycleStatus: 'EMPLOYED' } })
  t.same((await row({ unicode: 'decomposed' }))['firstName'], 'Zoe\u0308')
  t.match(await row({ unreadable: 'title' }), { work: { title: ['251880101', String] } })
  t.match(await row({ dates: 'times' }), { work: { startDate: '2024-01-31T00:00:00' } })
})

t.test('empty fields are null, blank, an empty list or left out', async t => {
  const { row } = await start(t)
  const shown = async (empties: Variants['empties']) => (await row({ empties })).internal['terminationDate']
  t.same([await shown('null'), await shown('blank'), await shown('list')], [null, '  ', []])
  t.equal(await shown('absent'), undefined)
})

t.test('rows are nested, by slash keys, or both; nobody stands between them; labels come or not', async t => {
  const { id, search, row } = await start(t)
  t.notOk(Object.keys(await row({ rowForm: 'nested' })).some(key => key.startsWith('/')))
  const slashes = await row({ rowForm: 'slashes' })
  t.match(slashes, { '/root/id': { value: id }, '/work/siteId': { value: 2606110 } })
  t.same([slashes['id'], slashes.work, slashes['/internal/terminationDate']], [undefined, undefined, undefined])
  t.match((await row({ rowForm: 'both', humanReadable: 'in-lists' })).humanReadable, { work: { title: ['Engineer'] } })
  t.equal((await row({ humanReadable: 'null' })).humanReadable, null)
  t.notOk('humanReadable' in (await row({ humanReadable: 'absent' })))
  t.match(JSON.parse(await search({ oddRows: 'some' })), {
    employees: [null, {}, 7, { id }, 'nobody', { id: null }, []],
  })
  t.match(JSON.parse(await search({ oddRows: 'none', peopleAnswer: 'more-keys' })), { page: {}, employees: [{ id }] })
  t.match(JSON.parse(await search({ peopleAnswer: 'array' })), [{ id }])
})

t.test('a hidden category is left out without a word', async t => {
  const { row } = await start(t)
  t.match(await row({ hidden: 'work' }), { work: undefined, '/work/title': undefined, internal: Object })
  t.match(await row({ hidden: 'lifecycle' }), { work: Object, internal: undefined })
})
