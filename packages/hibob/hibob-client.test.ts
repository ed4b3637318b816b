// Against a server that answers as badly as it can, over real connections.
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { createHibobClient } from './hibob-client.ts'
import { createAuthFailureCap } from './requests/auth-failure-cap.ts'
import { createRateBudget } from './requests/rate-budget.ts'
import { type Answer, json, start } from './test-server.ts'

const person = { id: '3400000000000000001', firstName: 'Ada', work: { reportsTo: null } }
const search = { ids: [person.id, '5'], fields: ['root.firstName', 'work.reportsTo'] }

t.test('a search asks for what HiBob needs to answer, and tells who is missing', async t => {
  const { client, seen } = await start(t, (_, response) => json(response, { employees: [person, { id: '99' }] }))
  t.same(await client.searchPeople(search), {
    kind: 'ok',
    people: [{ id: person.id, fields: { 'root.firstName': 'Ada', 'work.reportsTo': null }, labels: {}, absent: [] }],
    missing: ['5'],
    unclear: [],
    notes: [],
  })
  t.same(JSON.parse(seen[0]?.body ?? ''), {
    fields: ['root.id', 'root.firstName', 'work.reportsTo', 'work.manager'],
    filters: [{ fieldPath: 'root.id', operator: 'equals', values: [person.id, '5'] }],
    showInactive: true,
    humanReadable: 'APPEND',
  })
  t.equal(seen[0]?.headers.authorization, `Basic ${Buffer.from('SERVICE-1:secret-token').toString('base64')}`)
})

t.test('everyone is asked for without filters, nobody without a call', async t => {
  const { client, seen } = await start(t, (_, response) => json(response, { employees: [person] }))
  t.match(await client.searchPeople({ ids: [], fields: ['root.id'] }), { kind: 'ok', people: [], missing: [] })
  t.equal(seen.length, 0)
  t.match(await client.searchPeople({ fields: ['root.id'] }), { kind: 'ok', people: [{ id: person.id }], missing: [] })
  t.notOk('filters' in JSON.parse(seen[0]?.body ?? ''))
})

t.test('each status has its meaning, and none throws', async t => {
  const cases: [number, Record<string, string>, string, object][] = [
    [400, {}, '{"key":"x"}', { kind: 'rejected' }],
    [404, {}, '{"key":"x"}', { kind: 'rejected' }],
    [429, { 'retry-after': '7' }, '', { kind: 'rate_limited', retryAfterMs: 7_000 }],
    [500, {}, '', { kind: 'unavailable' }],
    [503, { 'retry-after': '3' }, '<html>', { kind: 'unavailable', retryAfterMs: 3_000 }],
    [403, { 'content-type': 'text/html' }, '<html>', { kind: 'unavailable', retryAfterMs: 300_000 }],
    [302, { location: 'http://169.254.169.254/' }, '', { kind: 'invalid_answer' }],
    [204, {}, '', { kind: 'invalid_answer' }],
    [403, { 'content-type': 'application/json' }, '{}', { kind: 'forbidden' }],
    [401, {}, '', { kind: 'unauthorized' }],
  ]
  for (const [status, headers, body, expected] of cases) {
    const { client, seen } = await start(t, (_, response) => response.writeHead(status, headers).end(body))
    t.match(await client.searchPeople(search), { ...expected, status }, String(status))
    t.equal(seen.length, 1, 'and is not tried again')
  }
})

t.test('a 200 that is not the JSON asked for is an invalid answer, told without a word of it', async t => {
  const page = '<html>private</html>'
  const bodies: [string | undefined, string][] = [
    ['text/html; charset=utf-8', page],
    ['application/json', page],
    ['application/json', ''],
    ['application/json', '"private"'],
    ['application/json', '{"employees":{}}'],
    ['application/json', '{"employees":[{"firstName":"private"}]}'],
    ['application/json', `{"employees":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ]
  for (const [type, body] of bodies) {
    const { client } = await start(t, (_, response) =>
      response.writeHead(200, type ? { 'content-type': type } : {}).end(body),
    )
    const answer = await client.searchPeople(search)
    t.match(answer, { kind: 'invalid_answer', status: 200 }, `${type} ${body.slice(0, 30)}`)
    t.notMatch(JSON.stringify(answer), /private|secret-token/)
  }
})

t.test('a row without an id costs that row, and leaves open who is missing', async t => {
  const rows = [{ firstName: 'private' }, person, { ...person, firstName: 'Ida' }, null, { id: [99] }]
  const { client } = await start(t, (_, response) => json(response, rows))
  const answer = await client.searchPeople(search)
  t.match(answer, {
    kind: 'ok',
    people: [{ id: person.id, fields: { 'root.firstName': 'Ida' } }],
    missing: [],
    unclear: ['5'],
  })
  t.match(answer, {
    notes: [
      { endpoint: 'POST /people/search', path: '$[0].id', expected: 'an id', found: 'nothing', count: 1 },
      { path: '$[3]', expected: 'an object', found: 'null' },
    ],
  })
  t.notMatch(JSON.stringify(answer), /private/)
})

t.test('JSON is read under whatever content type it comes, a page in HTML never', async t => {
  for (const type of ['text/json', 'text/plain; charset=utf-8', 'application/problem+json', '']) {
    const { client } = await start(t, (_, response) =>
      response.writeHead(200, type === '' ? {} : { 'content-type': type }).end('{"employees":[]}'),
    )
    t.match(await client.searchPeople(search), { kind: 'ok', missing: search.ids }, type)
    t.match(await client.everyone({ fields: [], take: async () => undefined }), { kind: 'ok' }, type)
  }
})

t.test('an invalid answer says endpoint, path, expected and found type', async t => {
  const { client } = await start(t, (_, response) => json(response, { employees: 'private' }))
  t.match(await client.searchPeople(search), {
    kind: 'invalid_answer',
    detail: 'HiBob answered 200 to POST /people/search: expected a list at $.employees, found text',
    shape: { endpoint: 'POST /people/search', path: '$.employees', expected: 'a list', found: 'text', count: 1 },
  })
})

t.test('an answer cut off at any byte is never taken for a whole one', async t => {
  const whole = Buffer.from(JSON.stringify({ employees: [person, { ...person, id: '5' }] }))
  let length = 0
  const { client } = await start(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(whole.subarray(0, length))
  })
  for (; length < whole.length; length++) {
    const answer = await client.searchPeople(search)
    if (answer.kind !== 'invalid_answer') t.fail(`cut after ${length} bytes: ${answer.kind}`)
  }
  t.match(await client.searchPeople(search), { kind: 'ok', missing: [] })
})

t.test('ids that HiBob writes as numbers keep their digits', async t => {
  const { client } = await start(t, (_, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      '{"employees":[{"id":3400000000000000380,"work":{"reportsTo":{"id":3400000000000000381,"email":"b@x"}}}]}',
    )
  })
  t.match(await client.searchPeople({ ids: ['3400000000000000380'], fields: ['work.reportsTo'] }), {
    people: [{ id: '3400000000000000380', fields: { 'work.reportsTo': '3400000000000000381' } }],
    missing: [],
  })
})

t.test('no answer, a late one, one that stalls, drips or has no end: each is given up in time', async t => {
  const limits = { headersMs: 1_000, bodyIdleMs: 1_000, totalMs: 4_000, answerBytesMax: 100_000 }
  const drip = (response: ServerResponse, bytes: string, everyMs: number) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    const timer = setInterval(() => response.write(bytes), everyMs)
    response.on('close', () => clearInterval(timer))
  }
  const cases: [string, Answer, RegExp][] = [
    ['no headers', () => undefined, /UND_ERR_HEADERS_TIMEOUT/],
    ['a body that stalls', (_, response) => drip(response, ' ', 60_000), /UND_ERR_BODY_TIMEOUT/],
    ['a byte now and then', (_, response) => drip(response, ' ', 100), /TimeoutError/],
    [
      'a broken connection',
      (_, response) => response.writeHead(200, { 'content-length': '9' }).write('x', () => response.destroy()),
      /UND_ERR_SOCKET|ECONNRESET/,
    ],
    ['a closed door', request => request.socket.destroy(), /UND_ERR_SOCKET|ECONNRESET/],
  ]
  for (const [what, answer, detail] of cases) {
    const { client } = await start(t, answer, { limits })
    t.match(await client.searchPeople(search), { kind: 'unavailable', detail }, what)
  }
  const { client } = await start(t, (_, response) => drip(response, ' '.repeat(50_000), 1), { limits })
  t.match(await client.searchPeople(search), { kind: 'invalid_answer', detail: /larger than 100000 bytes/ })
})

t.test('a port where nobody listens, and a call that is called off, are failures like any other', async t => {
  const { client, port } = await start(t, (_, response) => json(response, { employees: [] }))
  t.match(await client.searchPeople({ ...search, signal: AbortSignal.abort() }), { kind: 'unavailable', status: null })
  const nowhere = createHibobClient({ baseUrl: `http://127.0.0.2:${port}/v1`, serviceUserId: 'x', token: 'y' })
  t.match(await nowhere.searchPeople(search), { kind: 'unavailable', detail: /ECONNREFUSED/ })
  await nowhere.close()
})

t.test('a host name that cannot be resolved is a failure that passes, and is named', async t => {
  const client = createHibobClient({ baseUrl: 'http://hibob.invalid/v1', serviceUserId: 'x', token: 'y' })
  t.match(await client.searchPeople(search), { kind: 'unavailable', status: null, detail: /ENOTFOUND|EAI_AGAIN/ })
  await client.close()
})

t.test('after 401 nothing more is sent with these credentials, until a probe is due', async t => {
  let now = 0
  let status = 401
  const { client, seen } = await start(t, (_, response) => json(response, { employees: [] }, status), {
    now: () => now,
  })
  for (let i = 0; i < 5; i++) t.match(await client.searchPeople(search), { kind: 'unauthorized', status: 401 })
  t.match(await client.namedLists(), { kind: 'unauthorized' })
  t.equal(seen.length, 1)
  now = 600_000
  await client.searchPeople(search)
  t.equal(seen.length, 2)
  status = 200
  now = 1_200_000
  t.match(await client.searchPeople(search), { kind: 'ok' })
  t.match(await client.searchPeople(search), { kind: 'ok' })
})

t.test('many tenants whose tokens fail at once stay below what gets an address banned', async t => {
  const authFailures = createAuthFailureCap({ now: () => 0 })
  let calls = 0
  const { port } = await start(t, (_, response) => {
    calls++
    response.writeHead(401).end()
  })
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      const client = createHibobClient({
        baseUrl: `http://127.0.0.1:${port}/v1`,
        serviceUserId: `${number}`,
        token: 'x',
        authFailures,
      })
      const answer = await client.searchPeople(search)
      await client.close()
      return answer
    }),
  )
  t.equal(calls, 10)
  t.equal(answers.filter(({ kind }) => kind === 'unauthorized').length, 10)
  const held = answers.filter(({ kind }) => kind === 'unavailable')
  t.equal(held.length, 50)
  for (const answer of held) t.match(answer, { status: null, retryAfterMs: Number })
  t.equal(authFailures.waitMs(true), 10_000, 'for ten seconds nobody goes on')
})

t.test('the budget holds calls back without sending them, and learns from every answer', async t => {
  const budget = createRateBudget({ now: () => 0, random: () => 0 })
  let status = 200
  let remaining = 6
  const { client, seen } = await start(
    t,
    (_, response) => {
      const reset = String(Math.ceil(Date.now() / 1000) + 30)
      const headers = {
        'x-ratelimit-limit': '50',
        'x-ratelimit-remaining': String(remaining),
        'x-ratelimit-reset': reset,
      }
      json(response, { employees: [] }, status, headers)
    },
    { budget, tenant: 'acme' },
  )
  t.match(await client.searchPeople(search), { kind: 'ok' })
  remaining = 5
  t.match(await client.searchPeople(search), { kind: 'ok' })
  t.match(await client.searchPeople(search), { kind: 'rate_limited', status: null, retryAfterMs: Number })
  t.ok(client.searchWaitMs('event') > 25_000)
  t.equal(seen.length, 2)

  status = 429
  t.match(await client.namedLists(), { kind: 'rate_limited', status: 429, retryAfterMs: Number })
  t.match(await client.namedLists(), { kind: 'rate_limited', status: null, retryAfterMs: Number })
  t.equal(seen.length, 3, 'another endpoint has a budget of its own')
})

t.test('lists are asked for with their archived items, and their names are kept whole', async t => {
  const { client, seen } = await start(t, (_, response) =>
    json(response, { name: 'a/b ü', values: [{ id: 1, value: 'x' }] }),
  )
  t.match(await client.namedList('a/b ü'), { kind: 'ok', list: { items: [{ id: '1', name: 'x' }] } })
  t.equal(seen[0]?.url, '/v1/company/named-lists/a%2Fb%20%C3%BC?includeArchived=true')
  t.match(await client.namedLists(), { kind: 'ok', lists: [{ name: 'a/b ü' }] })
  t.equal(seen[1]?.url, '/v1/company/named-lists?includeArchived=true')
  t.match(await client.fields(), { kind: 'invalid_answer', shape: { path: '$' } })
})

t.test('lists nested without end cost that item, not the end of the process', async t => {
  const depth = 30_000
  const body = `{"lists":[{"name":"x","items":[${'{"id":"1","children":['.repeat(depth)}${']}'.repeat(depth)},{"id":2}]}]}`
  const { client } = await start(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  t.match(await client.namedLists(), { kind: 'ok', lists: [{ name: 'x', items: [{ id: '2' }] }] })
})

t.test('a permission that one endpoint lacks shuts that one alone, until a probe is due', async t => {
  let now = 0
  const { client, seen } = await start(
    t,
    (request, response) => json(response, { employees: [] }, request.url?.includes('lists/site') ? 403 : 200),
    { now: () => now },
  )
  t.match(await client.namedList('site'), { kind: 'forbidden', status: 403 })
  t.match(await client.namedList('site'), { kind: 'forbidden', status: 403 })
  t.equal(seen.length, 1)
  t.match(await client.searchPeople(search), { kind: 'ok' })
  t.match(await client.namedLists(), { kind: 'ok' })
  t.equal(seen.length, 3)
  now = 600_000
  await client.namedList('site')
  t.equal(seen.length, 4)
})
