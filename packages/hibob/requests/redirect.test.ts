import t from 'tap'
import { json, start } from '../test-server.ts'
import { redirectOf } from './redirect.ts'

const search = { ids: ['5'], fields: ['root.firstName'] }
const asked = { url: 'https://api.hibob.com/v1/people/search', method: 'POST' as const }
const of = (location: string | undefined, status = 308, method: 'GET' | 'POST' = 'POST') =>
  redirectOf(status, location, { ...asked, method }, 0)

t.test('a redirect is followed only within the origin', async t => {
  t.same(of('/v2/people/search'), { kind: 'follow', url: 'https://api.hibob.com/v2/people/search' })
  t.same(of('https://API.hibob.com:443/x'), { kind: 'follow', url: 'https://api.hibob.com/x' })
  t.same(of('https://user:pass@api.hibob.com/x'), { kind: 'follow', url: 'https://api.hibob.com/x' })
  const others = [
    'https://hibob.com/x',
    'http://api.hibob.com/x',
    'https://api.hibob.com:8443/x',
    '//evil.example/x',
    'file:///etc',
  ]
  for (const other of others) t.match(of(other), { kind: 'refuse', why: /where no credentials are sent/ }, other)
  t.match(of('https://login.example.com/sso?token=private'), { why: /redirect to https:\/\/login\.example\.com, / })
  for (const none of [undefined, '', 'http://']) t.match(of(none), { kind: none === '' ? 'follow' : 'refuse' })
  t.equal(of('/x', 200), null)
  t.equal(of('/x', 304), null)
})

t.test('a search stays a search: only 307 and 308 are followed', async t => {
  for (const status of [301, 302, 303]) t.match(of('/x', status), { kind: 'refuse', why: /search cannot follow/ })
  for (const status of [301, 302, 303, 307, 308]) t.match(of('/x', status, 'GET'), { kind: 'follow' })
})

t.test('a redirected call arrives with its body and its credentials, after three redirects at most', async t => {
  let redirects = 3
  const { client, seen } = await start(t, (request, response, body) => {
    if (redirects-- > 0) return response.writeHead(307, { location: `${request.url}?again` }).end('moved')
    return json(response, { employees: JSON.parse(body).filters[0].values.map((id: string) => ({ id })) })
  })
  t.match(await client.searchPeople(search), { kind: 'ok', people: [{ id: '5' }] })
  t.equal(seen.length, 4)
  for (const { headers } of seen) t.match(headers, { authorization: /^Basic /, 'content-type': 'application/json' })
  redirects = 4
  t.match(await client.searchPeople(search), { kind: 'invalid_answer', status: 307, detail: /more than 3 redirects/ })
})

t.test('credentials go to no other host, and the failure names it and the likely cause', async t => {
  const stranger = await start(t, (_, response) => json(response, { employees: [] }))
  const { client } = await start(t, (_, response) =>
    response.writeHead(308, { location: `http://127.0.0.1:${stranger.port}/v1/people/search?private` }).end(),
  )
  const answers = [await client.searchPeople(search), await client.fields(), await client.namedLists()]
  for (const answer of answers) {
    t.match(answer, { kind: 'invalid_answer', status: 308, detail: `http://127.0.0.1:${stranger.port}` })
    t.match(answer, { detail: /URL is the likely cause/ })
    t.notMatch(JSON.stringify(answer), /private|secret-token/)
  }
  t.equal(stranger.seen.length, 0)
})
