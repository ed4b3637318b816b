// Over real connections, against a server that has lists in all places, in some or in none.
import t, { type Test } from 'tap'
import { json, start } from '../test-server.ts'

const list = (name: string) => ({ name, items: [{ id: '1', name: `${name} one` }] })
const names = ['department', 'site', 'title']
const keyed = Object.fromEntries([...names, 'grade'].map(name => [name, list(name)]))

type Answered = { status?: number; body?: unknown; type?: string }

/** `answers`: list name, or `all`, → what is answered; 404 without. */
async function server(t: Test, answers: Record<string, Answered | Answered[]>, options = {}) {
  const { client, seen } = await start(
    t,
    (request, response) => {
      const name = /named-lists\/([^?]+)/.exec(request.url ?? '')?.[1] ?? 'all'
      const given = answers[name]
      const { status = 200, body, type } = (Array.isArray(given) ? given.shift() : given) ?? { status: 404, body: {} }
      if (type !== undefined) response.writeHead(status, { 'content-type': type }).end(String(body))
      else json(response, body, status)
    },
    options,
  )
  let begun = 0
  const find = (wanted = names) => client.findLists(wanted, () => ++begun)
  const asked = () => seen.splice(0).map(({ url }) => /named-lists\/?([^?]*)/.exec(url)?.[1] || 'all')
  return { client, find, asked }
}

const single = Object.fromEntries(names.map(name => [name, { body: list(name) }]))

t.test('each list is asked for by its name, in a request of its own', async t => {
  const { find, asked } = await server(t, single)
  const found = await find()
  t.match(found, { kind: 'ok', missing: [], notes: [], lists: names.map((name, at) => ({ name, begun: at + 1 })) })
  t.same(asked(), names)
})

const unusable: Record<string, Answered> = {
  '404': { status: 404, body: { error: 'x' } },
  '400': { status: 400, body: {} },
  '405': { status: 405, body: {} },
  '403': { status: 403, body: {} },
  '500': { status: 500, body: {} },
  'a page in HTML': { body: '<html></html>', type: 'text/html' },
  'an error with 200': { body: { error: 'private', message: 'private' } },
  'no lists': { body: { lists: [] } },
  'another list': { body: { lists: [list('grade')] } },
  'a text': { body: 'private' },
  nothing: { body: '', type: 'application/json' },
}
for (const [what, answer] of Object.entries(unusable))
  t.test(`where a list answers ${what}, all lists are asked for, and the next time at once`, async t => {
    const { find, asked } = await server(t, {
      all: { body: keyed },
      ...Object.fromEntries(names.map(name => [name, answer])),
    })
    const found = await find()
    t.match(found, { kind: 'ok', missing: [], lists: names.map(name => ({ name, items: [{ id: '1' }] })) })
    t.notMatch(JSON.stringify(found), /private/)
    t.ok(asked().includes('all'))
    t.match(await find(), { kind: 'ok', missing: [] })
    t.same(asked(), ['all'])
  })

t.test('a list that HiBob has nowhere costs that list', async t => {
  const { find, asked } = await server(t, {
    ...single,
    title: { status: 404, body: {} },
    all: { body: { lists: [list('grade')] } },
  })
  t.match(await find(), {
    kind: 'ok',
    missing: ['title'],
    lists: [{ name: 'department' }, { name: 'site' }],
    notes: [{ endpoint: 'GET /company/named-lists', path: '$.title', expected: 'a list', found: 'nothing' }],
  })
  t.same(asked(), [...names, 'all'])
  t.match(await find(), { missing: ['title'], lists: { length: 2 } })
  t.same(asked(), ['department', 'site', 'all', 'title'], 'what was not to be had by name comes last')
})

t.test('lists that are to be had neither way are a failure, unless others were', async t => {
  const nowhere = await server(t, { all: { status: 403, body: {} } })
  t.match(await nowhere.find(), { kind: 'forbidden', status: 403 })
  const some = await server(t, { site: { body: list('site') }, all: { body: '<html></html>', type: 'text/html' } })
  t.match(await some.find(['site', 'title']), {
    kind: 'ok',
    lists: [{ name: 'site' }],
    missing: ['title'],
    notes: [{ expected: 'JSON', found: 'text/html' }, { path: '$.title' }],
  })
})

t.test('refused credentials, a limit of calls and a server that is out of order end the reading', async t => {
  for (const [status, kind, calls] of [
    [401, 'unauthorized', ['department']],
    [429, 'rate_limited', ['department']],
    [500, 'unavailable', ['department', 'all']],
  ] as const) {
    const body = {}
    const { find, asked } = await server(t, Object.fromEntries([...names, 'all'].map(name => [name, { status, body }])))
    t.match(await find(), { kind })
    t.same(asked(), calls)
  }
})

t.test('of many lists all are asked for at once, and nothing is asked for none', async t => {
  const { find, asked } = await server(t, { all: { body: keyed } })
  const many = [...names, ...Array.from({ length: 20 }, (_, at) => `list ${at}`)]
  t.match(await find(many), { kind: 'ok', lists: { length: 3 }, missing: { length: 20 } })
  t.same(asked(), ['all'])
  t.same(await find([]), { kind: 'ok', lists: [], missing: [], notes: [] })
  t.same(asked(), [])
})

t.test('where a request may not begin nothing more is sent', async t => {
  const { client, asked } = await server(t, single)
  let left = 2
  t.same(await client.findLists(names, () => (left-- > 0 ? {} : null)), { kind: 'not-begun' })
  t.same(asked(), ['department', 'site'])
})
