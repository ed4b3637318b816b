import { gzipSync } from 'node:zlib'
import t from 'tap'
import { shapeNames } from '../shapes/shape-names.ts'
import { json, start } from '../test-server.ts'
import { createHibobAgent } from './hibob-agent.ts'
import { observeCalls } from './observe-calls.ts'

const names = shapeNames({ fields: ['work.title'], lists: [] })

t.test(
  'a call is seen with its head, its limit and the shape of its answer, and its caller gets the answer',
  async t => {
    const observed = observeCalls(createHibobAgent(), names)
    t.teardown(() => observed.dispatcher.close())
    const limits = { 'x-ratelimit-limit': '50', 'x-ratelimit-remaining': '49', 'x-ratelimit-reset': '30' }
    const { client } = await start(
      t,
      (request, response) => json(response, request.url === '/v1/company/people/fields' ? [] : {}, 200, limits),
      { dispatcher: observed.dispatcher },
    )
    t.match(await client.fields(), { kind: 'ok', fields: [] })
    t.match(await client.searchPeople({ fields: ['root.id'] }), { kind: 'invalid_answer' })
    t.match(observed.calls, [
      { method: 'GET', path: '/v1/company/people/fields', status: 200, bytes: 2, whole: true },
      {
        method: 'POST',
        path: '/v1/people/search',
        shape: { type: 'object', keys: {} },
        rate: { limit: 50, remaining: 49 },
      },
    ])
    const [call] = observed.calls
    t.strictSame(call?.shape, { type: 'array', length: 0, items: [] })
    t.ok((call?.answeredAt ?? 0) >= (call?.sentAt ?? Number.POSITIVE_INFINITY))
  },
)

t.test('an answer that breaks off, and one that never came, are seen as that', async t => {
  const observed = observeCalls(createHibobAgent(), names)
  t.teardown(() => observed.dispatcher.close())
  const { client } = await start(
    t,
    (request, response) => {
      if (request.method === 'GET') return void response.destroy()
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' })
      response.write('{"employees":[{"id":"1"}', () => response.destroy())
    },
    { dispatcher: observed.dispatcher },
  )
  await client.fields()
  await client.searchPeople({ fields: ['root.id'] })
  await observed.settled()
  t.match(observed.calls, [
    { status: null, answeredAt: null, shape: null, whole: false },
    { status: 200, whole: false, shape: { keys: { employees: { length: 1 } } } },
  ])
})

t.test('of an answer that is compressed, or begins with a byte order mark, the shape is that of its JSON', async t => {
  const observed = observeCalls(createHibobAgent(), names)
  t.teardown(() => observed.dispatcher.close())
  const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('[{"id":"work.title"}]')])
  const type = { 'content-type': 'application/json' }
  let count = 0
  const { client } = await start(
    t,
    (_, response) =>
      count++ === 0
        ? response.writeHead(200, { ...type, 'content-encoding': 'gzip' }).end(gzipSync(marked))
        : response.writeHead(200, type).end(marked),
    { dispatcher: observed.dispatcher },
  )
  t.match(await client.fields(), { kind: 'ok' })
  t.match(await client.fields(), { kind: 'ok' })
  await observed.settled()
  for (const { whole, shape } of observed.calls)
    t.match({ whole, shape }, { whole: true, shape: { items: [{ shape: { keys: { id: { word: 'work.title' } } } }] } })
  t.strictSame(
    observed.calls.map(({ mark }) => mark),
    [false, true],
  )
})
