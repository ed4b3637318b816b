// Through the product's own client, and by hand where that would never ask.
import type { HibobClient } from '@hibob-sync/hibob'
import t from 'tap'
import { startTestCompany as start } from './test-company.ts'

const fields = [
  'root.id',
  'root.displayName',
  'root.email',
  'work.title',
  'work.site',
  'work.siteId',
  'work.department',
  'work.startDate',
  'work.reportsTo',
  'internal.terminationDate',
  'internal.status',
  'internal.lifecycleStatus',
]

async function read(client: HibobClient, id: string) {
  const answer = await client.searchPeople({ ids: [id], fields })
  if (answer.kind !== 'ok') throw new Error(answer.detail)
  return answer.people[0]
}

t.test('a person is read with ids as values and names as labels', async t => {
  const { company, client } = await start(t)
  const manager = company.hire({ firstName: 'Bo' })
  const { id } = company.hire({
    firstName: 'Ada',
    surname: 'Example',
    email: null,
    title: '251880101',
    department: '251870108',
    siteId: 2606110,
    reportsTo: manager.id,
    startDate: '2024-01-31',
  })
  t.ok(BigInt(id) > BigInt(Number.MAX_SAFE_INTEGER))
  t.same(await read(client, id), {
    id,
    fields: {
      'root.id': id,
      'root.displayName': 'Ada Example',
      'root.email': null,
      'work.title': '251880101',
      'work.site': 'London',
      'work.siteId': 2606110,
      'work.department': '251870108',
      'work.startDate': '2024-01-31',
      'work.reportsTo': manager.id,
      'internal.terminationDate': null,
      'internal.status': 'Active',
      'internal.lifecycleStatus': 'Employed',
    },
    labels: {
      'work.title': 'Engineer',
      'work.site': 'London',
      'work.siteId': 'London',
      'work.department': 'Platform',
      'internal.status': 'Active',
      'internal.lifecycleStatus': 'Employed',
    },
    absent: [],
  })
})

t.test('fields of the company’s own are read where they nest, the value of a list in a list', async t => {
  const { company, client } = await start(t)
  const other = {
    'work.custom.field_1698036945390': ['79'],
    'work.custom.field_1698036945397': 'Europe/London',
    'work.customColumns.column_1655996461265': '251890102',
  }
  const { id } = company.hire({ other })
  const answer = await client.searchPeople({ ids: [id], fields: [...Object.keys(other), 'work.custom.field_1'] })
  t.match(answer, {
    people: [
      {
        fields: other,
        labels: {
          'work.custom.field_1698036945390': 'Research',
          'work.customColumns.column_1655996461265': 'Team Green',
        },
        absent: ['work.custom.field_1'],
      },
    ],
  })
  const catalogue = await client.fields()
  t.match(catalogue.kind === 'ok' && catalogue.fields.find(field => field.name === 'Sub-department'), {
    id: 'work.custom.field_1698036945390',
    listId: 'subdepartment',
  })
})

t.test('the wire form has slash keys for what is filled in, nested nulls, and dates in the reader’s form', async t => {
  const { company, call } = await start(t)
  const { id } = company.hire({ startDate: '2024-01-31', email: null })
  const body = {
    fields: ['root.id', 'root.email', 'work.startDate', 'work.title', 'nobody.knows'],
    humanReadable: 'APPEND',
  }
  const answer = await (await call('/people/search', body)).json()
  t.same(answer, {
    employees: [
      {
        id,
        '/root/id': { value: id },
        email: null,
        '/work/startDate': { value: '2024-01-31' },
        work: { startDate: '2024-01-31', title: null },
        humanReadable: { id, work: { startDate: '31/01/2024' } },
      },
    ],
  })
  const replaced = await (await call(`/people/${id}`, { ...body, humanReadable: 'REPLACE' })).json()
  t.match(replaced, { id, work: { startDate: '31/01/2024' } }, 'one person is not wrapped')
})

t.test('searches that HiBob refuses are refused', async t => {
  const { company, call } = await start(t)
  const { id } = company.hire()
  const filter = { fieldPath: 'root.id', operator: 'equals', values: [id] }
  const refused: unknown[] = [
    { filters: [] },
    { filters: {} },
    { filters: [filter, filter] },
    { filters: [{ ...filter, fieldPath: 'work.department' }] },
    { filters: [{ ...filter, operator: 'in' }] },
    { filters: [{ ...filter, values: [] }] },
    { filters: [{ ...filter, values: [5] }] },
    { fields: Array.from({ length: 401 }, (_, number) => `root.field${number}`) },
    { humanReadable: 'YES' },
    [],
    '{',
  ]
  for (const body of refused)
    t.equal((await call('/people/search', body)).status, 400, JSON.stringify(body).slice(0, 60))
  t.equal((await call('/people/search', { filters: [filter], fields: ['root.id'] })).status, 200)
  t.equal((await call('/people/1', { fields: ['root.id'] })).status, 404)
})

t.test('without fields come the default ones, and nothing of the lifecycle', async t => {
  const { company, call } = await start(t)
  company.hire()
  const { employees } = (await (await call('/people/search', {})).json()) as { employees: Record<string, unknown>[] }
  t.match(employees[0], { id: String, work: { startDate: String } })
  t.notOk('internal' in (employees[0] ?? {}))
})

t.test('only the active are shown unless the inactive are asked for', async t => {
  const { company, client } = await start(t)
  const [active, leaver, starter, away] = [
    company.hire(),
    company.hire(),
    company.hire({ startDate: '2999-01-01' }),
    company.hire(),
  ]
  company.terminate(leaver.id)
  company.leave(away.id, {})
  const found = async (showInactive: boolean) => {
    const answer = await client.searchPeople({ fields: ['root.id'], showInactive })
    return answer.kind === 'ok' ? answer.people.map(person => person.id) : answer
  }
  t.same(await found(false), [active.id])
  t.same(
    await found(true),
    [active, leaver, starter, away].map(person => person.id),
  )
})

t.test('fields and people that the service user may not see are left out without a word', async t => {
  const { company, client } = await start(t)
  const [seen, unseen] = [company.hire({ email: 'a@company.example' }), company.hire()]
  company.misbehave({ hiddenFields: ['root.email', 'work.reportsTo', 'work.manager'], audience: [seen.id] })
  const answer = await client.searchPeople({ ids: [seen.id, unseen.id], fields })
  t.match(answer, {
    kind: 'ok',
    people: [{ id: seen.id, absent: ['root.email', 'work.reportsTo'] }],
    missing: [unseen.id],
  })
  company.misbehave({ hiddenFields: null, audience: null })
  t.match(await client.searchPeople({ ids: [seen.id, unseen.id], fields }), {
    people: [{ absent: [] }, { absent: [] }],
    missing: [],
  })
})

t.test('a stale reading shows what held before, and then no longer', async t => {
  let now = Date.parse('2026-11-24T12:00:00Z')
  const { company, client } = await start(t, { now: () => now })
  const { id } = company.hire({ title: '251880101' })
  now += 60_000
  company.misbehave({ staleMs: 20_000 })
  company.update(id, { title: '251880102' })
  const newcomer = company.hire()
  now += 19_999
  t.equal((await read(client, id))?.fields['work.title'], '251880101')
  t.equal(await read(client, newcomer.id), undefined)
  now += 1
  t.equal((await read(client, id))?.fields['work.title'], '251880102')
  t.equal((await read(client, newcomer.id))?.id, newcomer.id)
})

t.test('sites have integer ids, other lists texts; items nest; archived ones come when asked for', async t => {
  const { company, client, call } = await start(t)
  company.archiveListItem('department', '251870104')
  const lists = (await (await call('/company/named-lists')).json()) as Record<
    string,
    { name: string; items: { id: unknown; children: unknown[] }[] }
  >
  const itemsOf = (name: string) => lists[name]?.items ?? []
  t.same(lists['title']?.name, 'title')
  t.ok(itemsOf('site').every(item => Number.isInteger(item.id)))
  t.ok(itemsOf('department').every(item => typeof item.id === 'string' && item.id !== '251870104'))
  t.ok(itemsOf('department').some(item => item.children.length > 0))
  const answer = await client.namedList('department')
  const items = answer.kind === 'ok' ? answer.list.items : []
  const operations = items.filter(item => item.name === 'Operations')
  t.match(operations, [{ parent: String }, { parent: null }], 'two of the same name')
  t.match(
    items.find(item => item.id === '251870104'),
    { archived: true },
  )
  t.match(await client.namedList('Department'), { kind: 'rejected', status: 404 })
})

t.test('the field catalogue is a bare array', async t => {
  const { client, call } = await start(t)
  t.ok(Array.isArray(await (await call('/company/people/fields')).json()))
  const answer = await client.fields()
  t.match(answer.kind === 'ok' && answer.fields.find(field => field.id === 'work.title'), {
    listId: 'title',
    historical: true,
  })
})

t.test('a wrong path answers 200 with a login page, a wrong token 401 with nothing', async t => {
  const { call } = await start(t)
  const page = await call('/people/serach/now', {})
  t.equal(page.status, 200)
  t.match(page.headers.get('content-type'), /text\/html/)
  for (const authorization of ['', 'Basic !', `Basic ${Buffer.from('SERVICE-700123:wrong').toString('base64')}`]) {
    const refused = await call('/company/people/fields', undefined, authorization)
    t.equal(refused.status, 401)
    t.equal(await refused.text(), '')
    t.ok(refused.headers.get('x-ratelimit-limit'))
  }
})
