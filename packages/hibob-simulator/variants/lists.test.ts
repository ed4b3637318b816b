// What goes over the wire for the variants of company lists.
import t from 'tap'
import { startTestCompany } from '../test-company.ts'
import type { Variants } from './dimensions.ts'
import { hugeListBytes } from './foreign-lists.ts'

type Json = Record<string, unknown>

async function start(t: Parameters<typeof startTestCompany>[0]) {
  const started = await startTestCompany(t)
  const all = async (variants: Partial<Variants>) => {
    started.company.answerAs(variants)
    return (await (await started.call('/company/named-lists?includeArchived=true')).json()) as Json
  }
  const one = async (variants: Partial<Variants>, name = 'site') => {
    started.company.answerAs(variants)
    return started.call(`/company/named-lists/${name}`)
  }
  return { ...started, all, one }
}

t.test('all lists come keyed, keyed without names, with the name last, as an array, or wrapped', async t => {
  const { all } = await start(t)
  const keyed = await all({})
  t.match(keyed, { department: { name: 'department', values: Array, items: Array }, site: { name: 'site' } })
  t.same((keyed['site'] as Json)['values'], (keyed['site'] as Json)['items'])
  t.notOk('name' in ((await all({ lists: 'keyed-without-names' }))['site'] as Json))
  t.same(Object.keys((await all({ lists: 'name-last' }))['site'] as Json), ['values', 'items', 'name'])
  t.match(await all({ lists: 'array' }), [{ name: 'department', items: Array }])
  t.match(await all({ lists: 'wrapped' }), { lists: [{ name: 'department', items: Array }] })
})

t.test('a single list is served, without its name, keyed, unknown, or a login page', async t => {
  const { one } = await start(t)
  t.match(await (await one({})).json(), { name: 'site', values: Array, items: Array })
  t.same(Object.keys((await (await one({ singleLists: 'without-name' })).json()) as Json), ['values', 'items'])
  t.match(await (await one({ singleLists: 'keyed' })).json(), { site: { name: 'site', items: Array } })
  t.match(await (await one({ singleLists: 'array' })).json(), [{ name: 'site', items: Array }])
  t.match(await (await one({ singleLists: 'items' })).json(), [{ id: 2606110, name: 'London' }])
  t.equal((await one({ singleLists: 'not-found' })).status, 404)
  const page = await one({ singleLists: 'html' })
  t.match([page.status, page.headers.get('content-type')], [200, /text\/html/])
  t.equal((await one({ singleLists: 'served' }, 'nowhere')).status, 404)
})

t.test('items differ in key, id, name and details', async t => {
  const { company, all } = await start(t)
  company.archiveListItem('site', '2606111')
  const first = async (variants: Partial<Variants>, list = 'site') => {
    const { values, items } = (await all(variants))[list] as { values?: Json[]; items?: Json[] }
    return { values: values?.[0], items: items?.[0] }
  }
  t.match(await first({ listItems: 'items' }), { values: undefined, items: { id: 2606110, archived: false } })
  t.match(await first({ listItems: 'values' }), { items: undefined, values: { id: 2606110, children: [] } })
  t.match(await first({ itemIds: 'texts' }), { values: { id: '2606110' } })
  t.match(await first({ itemIds: 'numbers' }, 'department'), { values: { id: 251870101 } })
  t.match(await first({}, 'title'), { values: { id: 'Chief Executive' } }, 'what has no digits stays a text')
  t.notOk('name' in ((await first({ itemNames: 'value' })).values as Json))
  t.notOk('value' in ((await first({ itemNames: 'name' })).values as Json))
  t.same(Object.keys((await first({ itemDetails: 'sparse' })).values as Json), ['id', 'name'])
  t.match(await first({ itemDetails: 'nulls' }), { values: { archived: null, children: null } })
  const { values } = (await all({ itemDetails: 'sparse' }))['site'] as { values: Json[] }
  t.match(values[1], { archived: true })
})

t.test('odd items stand among the real ones, odd and huge lists before them', async t => {
  const { all, call, company } = await start(t)
  const { values } = (await all({ oddItems: 'some' }))['site'] as { values: unknown[] }
  t.ok(values.includes(null) && values.includes('A text'))
  t.match(values.filter(item => (item as Json | null)?.['id'] === 2606110).length, 1)
  const odd = await all({ oddItems: 'none', foreignLists: 'odd' })
  t.match(odd, { nothing: null, text: String, count: Number, site: { name: 'site' } })
  t.match(await all({ lists: 'array' }), [{ name: 'grade' }, null])

  company.answerAs({ lists: 'keyed', foreignLists: 'huge' })
  const answer = await call('/company/named-lists')
  let bytes = 0
  for await (const chunk of answer.body as ReadableStream<Uint8Array>) bytes += chunk.length
  t.ok(bytes > hugeListBytes)
})
