// HiBob's calls through a real proxy, to servers over http and https.
import { createServer } from 'node:net'
import { type ProxySettings, proxiesOf } from '@hibob-sync/runtime'
import t, { type Test } from 'tap'
import { startHttpsServer } from '../../../test/support/https-server.ts'
import { startWebProxy, type WebProxyOptions } from '../../../test/support/web-proxy.ts'
import { createHibobClient } from '../hibob-client.ts'
import { json, start } from '../test-server.ts'

const search = { ids: ['5'], fields: ['root.firstName'] }
const secure = await startHttpsServer((request, response) => {
  if (request.headers.authorization === undefined) return response.writeHead(401).end()
  return json(response, { employees: [{ id: '5', firstName: 'Ada' }] })
})
t.teardown(() => secure.close())

async function proxy(t: Test, options: WebProxyOptions = {}) {
  const started = await startWebProxy(options)
  t.teardown(() => started.close())
  return started
}
function clientOf(t: Test, url: string, settings: Partial<ProxySettings>) {
  const limits = { headersMs: 5_000, totalMs: 10_000 }
  const access = { baseUrl: `${url}/v1`, serviceUserId: 'SERVICE-1', token: 'secret-token' }
  const client = createHibobClient({ ...access, limits, proxies: proxiesOf(settings) })
  t.teardown(() => client.close())
  return client
}
const found = { kind: 'ok', people: [{ id: '5', fields: { 'root.firstName': 'Ada' } }] }

t.test('https goes through a tunnel, so that the proxy sees a host and no more', async t => {
  const { url, seen } = await proxy(t)
  const client = clientOf(t, secure.url, { HTTPS_PROXY: url })
  t.match(await client.searchPeople(search), found)
  t.match(await client.searchPeople(search), found)
  t.same(new Set(seen), new Set([`CONNECT 127.0.0.1:${secure.port}`]))
})

t.test('http is forwarded, with HiBob’s credentials and the proxy’s own', async t => {
  const { url, seen } = await proxy(t, { credentials: 'bob:p%40ss' })
  const { port, seen: asked } = await start(t, (_, response) =>
    json(response, { employees: [{ id: '5', firstName: 'Ada' }] }),
  )
  const credentials = url.replace('p%40ss', 'p%2540ss')
  t.match(await clientOf(t, `http://127.0.0.1:${port}`, { HTTP_PROXY: credentials }).searchPeople(search), found)
  t.same(seen, [`POST http://127.0.0.1:${port}/v1/people/search`])
  t.match(asked[0]?.headers, { authorization: /^Basic / })
  t.equal(asked[0]?.headers['proxy-authorization'], undefined)
})

t.test('user and password of a proxy are sent to it, for https too', async t => {
  const { url } = await proxy(t, { credentials: 'bob:secret-password' })
  t.match(await clientOf(t, secure.url, { HTTPS_PROXY: url }).searchPeople(search), found)
})

t.test('what NO_PROXY names is called directly', async t => {
  const { url, seen } = await proxy(t)
  t.match(await clientOf(t, secure.url, { HTTPS_PROXY: url, NO_PROXY: '127.0.0.1' }).searchPeople(search), found)
  t.same(seen, [])
})

t.test('a proxy that fails is named, with the setting, and without its credentials', async t => {
  const plain = await start(t, (_, response) => json(response, { employees: [] }))
  const closed = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => closed.once('listening', resolve))
  const { port } = closed.address() as { port: number }
  await new Promise(resolve => closed.close(resolve))
  const nobody = { url: `http://bob:wrong-password@127.0.0.1:${port}`, address: `127.0.0.1:${port}` }
  const wrong = async (options: WebProxyOptions) => {
    const { url, address } = await proxy(t, options)
    return { url: url.replace(/\/\/.*@|\/\//, '//bob:wrong-password@'), address }
  }
  const cases: [string, { url: string; address: string }, RegExp, RegExp?][] = [
    ['wants other credentials', await wrong({ credentials: 'bob:right' }), /wants other credentials \(407\)/],
    ['refuses', await wrong({ refusesWith: 403 }), /refuses to connect to HiBob \(403\)/, /answered 403/],
    ['cannot connect', await wrong({ refusesWith: 502 }), /refuses to connect to HiBob \(502\)/, /answered 502/],
    ['breaks off', await wrong({ refusesWith: 0 }), /broke off/, /./],
    ['is not there', nobody, /cannot be reached \(ECONNREFUSED\)/],
  ]
  for (const [what, { url, address }, tunnelled, forwarded] of cases) {
    const https = await clientOf(t, secure.url, { HTTPS_PROXY: url }).searchPeople(search)
    t.match(https, { kind: 'unavailable', status: null, detail: tunnelled }, what)
    t.match(https, { detail: `the proxy ${address}` }, what)
    t.match(https, { detail: 'check' })
    t.notMatch(JSON.stringify(https), /wrong-password|bob/)
    const http = await clientOf(t, `http://127.0.0.1:${plain.port}`, { HTTP_PROXY: url }).searchPeople(search)
    if (forwarded === undefined) t.match(http, { kind: 'unavailable', detail: tunnelled }, `${what}, http`)
    t.match(http, { detail: `the proxy ${address}` }, `${what}, http`)
    t.notMatch(JSON.stringify(http), /wrong-password|bob/)
  }
})

t.test('a proxy that never answers is given up in time', async t => {
  const silent = createServer(socket => void socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1')
  await new Promise(resolve => silent.once('listening', resolve))
  const { port } = silent.address() as { port: number }
  t.teardown(() => new Promise<void>(resolve => silent.close(() => resolve())))
  const client = clientOf(t, secure.url, { HTTPS_PROXY: `http://127.0.0.1:${port}` })
  t.match(await client.searchPeople(search), { kind: 'unavailable', detail: `through the proxy 127.0.0.1:${port}` })
})
