// Alerts through a real proxy, to servers over http and https.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ProxySettings, proxiesOf } from '@hibob-sync/runtime'
import t from 'tap'
import { startHttpsServer } from '../../../test/support/https-server.ts'
import { startWebProxy, type WebProxyOptions } from '../../../test/support/web-proxy.ts'
import { postWebhook } from './post-webhook.ts'

const taken: string[] = []
const secure = await startHttpsServer(async (request, response) => {
  taken.push((await request.toArray()).join(''))
  response.writeHead(204).end()
})
const plain = createServer((_, response) => response.writeHead(204).end()).listen(0, '127.0.0.1')
await new Promise(resolve => plain.once('listening', resolve))
const plainUrl = `http://127.0.0.1:${(plain.address() as AddressInfo).port}`
t.teardown(async () => {
  plain.closeAllConnections()
  plain.close()
  await secure.close()
})

const post = (url: string, settings: Partial<ProxySettings>, strict = false) =>
  postWebhook({ url, headers: {}, body: '{"id":1}', strict, timeoutMs: 5000, proxies: proxiesOf(settings) })

t.test(
  'an alert goes through the proxy of its scheme, by a tunnel where it is https, unless NO_PROXY names its host',
  async t => {
    const proxy = await startWebProxy({ credentials: 'bob:right' })
    t.teardown(() => proxy.close())
    await post(`${secure.url}/hook`, { HTTPS_PROXY: proxy.url })
    t.same(taken, ['{"id":1}'])
    await post(`${plainUrl}/hook`, { HTTP_PROXY: proxy.url })
    t.same(proxy.seen, [`CONNECT 127.0.0.1:${secure.port}`, `POST ${plainUrl}/hook`])
    await post(secure.url, { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.1' })
    t.equal(proxy.seen.length, 2)
  },
)

t.test('a proxy that fails is named, with the setting, and without its credentials', async t => {
  const cases: [WebProxyOptions, RegExp][] = [
    [{ credentials: 'bob:right' }, /wants other credentials \(407\): check user and password in HTTPS_PROXY/],
    [{ refusesWith: 403 }, /does not connect to the alert's address \(403\): check HTTPS_PROXY/],
    [{ refusesWith: 0 }, /does not connect to the alert's address \(it broke off\)/],
  ]
  for (const [options, message] of cases) {
    const proxy = await startWebProxy(options)
    t.teardown(() => proxy.close())
    const error = await post(secure.url, { HTTPS_PROXY: `http://bob:wrong@${proxy.address}` }).catch(error => error)
    t.match(error, { code: 'alert_not_taken', message })
    t.match(error.message, `the proxy ${proxy.address}`)
    t.notMatch(error.message, /bob|wrong/)
  }
  const gone = await startWebProxy()
  await gone.close()
  const message = new RegExp(`the proxy ${gone.address} cannot be reached \\(ECONNREFUSED\\): check HTTP_PROXY`)
  await t.rejects(post(plainUrl, { HTTP_PROXY: gone.url }), { message })
})

t.test('a proxy is no way into the network: where it is strict, what is not public is refused before', async t => {
  const proxy = await startWebProxy()
  t.teardown(() => proxy.close())
  for (const url of [secure.url, 'https://localhost/hook', 'https://[::1]/', plainUrl])
    await t.rejects(
      post(url, { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url }, true),
      { code: 'alert_url_refused' },
      url,
    )
  t.same(proxy.seen, [])
})
