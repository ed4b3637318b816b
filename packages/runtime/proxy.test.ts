import t from 'tap'
import { type ProxySettings, proxiesOf, proxyUrlProblem } from './proxy.ts'

const of = (settings: Partial<ProxySettings>, url = 'https://api.hibob.com/v1') => proxiesOf(settings).proxyFor(url)
const both = { HTTPS_PROXY: 'http://secure.example:3128', HTTP_PROXY: 'http://plain.example' }

t.test('each scheme has its own proxy, and none where none is set', async t => {
  t.match(of(both), { url: 'http://secure.example:3128/', address: 'secure.example:3128', setting: 'HTTPS_PROXY' })
  t.match(of(both, 'http://api.example/v1'), { address: 'plain.example:80', setting: 'HTTP_PROXY' })
  t.equal(of({ HTTP_PROXY: both.HTTP_PROXY }), null)
  t.equal(of({}), null)
})

t.test('lower case comes before upper case, and the scheme of a proxy may be left out', async t => {
  t.match(of({ ...both, https_proxy: 'lower.example:8080' }), { address: 'lower.example:8080' })
  t.equal(of({ ...both, NO_PROXY: '', no_proxy: '*' }), null)
})

t.test('an address holds no credentials', async t => {
  const proxy = of({ HTTPS_PROXY: 'http://bob:p%40ss@proxy.example:3128' })
  t.match(proxy, { url: 'http://bob:p%40ss@proxy.example:3128/', address: 'proxy.example:3128' })
})

t.test('NO_PROXY names hosts, suffixes, ports or everything', async t => {
  const isDirect = (entries: string, url: string) => of({ ...both, NO_PROXY: entries }, url) === null
  const direct: [string, string][] = [
    ['*', 'https://api.hibob.com/v1'],
    ['localhost, *', 'https://api.hibob.com/v1'],
    ['api.hibob.com', 'https://api.hibob.com/v1'],
    ['API.HiBob.com.', 'https://api.hibob.com/v1'],
    ['hibob.com', 'https://api.hibob.com/v1'],
    ['.hibob.com', 'https://api.hibob.com/v1'],
    ['*.hibob.com', 'https://api.hibob.com/v1'],
    ['.hibob.com', 'https://hibob.com/v1'],
    ['localhost 10.0.0.7', 'http://10.0.0.7/'],
    ['api.hibob.com:443', 'https://api.hibob.com/v1'],
    ['*:8080', 'http://any.example:8080/'],
    ['::1', 'http://[::1]:80/'],
    ['[::1]:8080', 'http://[::1]:8080/'],
  ]
  for (const [entries, url] of direct) t.ok(isDirect(entries, url), `${entries} ${url}`)
  const proxied: [string, string][] = [
    ['', 'https://api.hibob.com/v1'],
    ['bob.com', 'https://api.hibob.com/v1'],
    ['*.hibob.com', 'https://hibob.com/v1'],
    ['api.hibob.com:8443', 'https://api.hibob.com/v1'],
    ['hibob.com.evil.example', 'https://api.hibob.com/v1'],
    ['*:8080', 'http://any.example/'],
    ['.', 'https://api.hibob.com/v1'],
  ]
  for (const [entries, url] of proxied) t.notOk(isDirect(entries, url), `${entries} ${url}`)
})

t.test('what is no URL of a proxy is refused by its setting, without a word of it', async t => {
  const wrong = [
    'socks5://hidden.example:1080',
    'ftp://hidden.example',
    'http://hidden.example/path',
    'http://',
    'hidden example',
  ]
  const misspelt = [
    'http://bob:hidden@@proxy.example',
    'http://bob:hidden/1@proxy.example',
    'http://bob:100%hidden@proxy.example',
  ]
  for (const text of [...wrong, ...misspelt, 'http://hidden.example:99999', 'http://bob:hidden#@proxy.example:3128']) {
    const error = t.throws(
      () => proxiesOf({ HTTPS_PROXY: text }),
      { code: 'config_invalid', message: /HTTPS_PROXY/ },
      text,
    )
    t.notMatch((error as Error).message, /hidden/)
  }
  t.match(proxyUrlProblem(misspelt[0] ?? ''), /%40/)
  t.throws(() => proxiesOf({ http_proxy: 'x y', https_proxy: 'x y' }), { message: /HTTPS_PROXY.*HTTP_PROXY/ })
  for (const right of [
    'http://proxy.example',
    'https://proxy.example:8443/',
    'proxy:3128',
    'http://u:p%2f@[::1]:3128',
    'http://u@p',
  ])
    t.equal(proxyUrlProblem(right), null, right)
})
