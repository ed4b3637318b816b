// Alerts reach no machine that only we can reach.
import { noProxies } from '@hibob-sync/runtime'
import t from 'tap'
import { postWebhook } from './post-webhook.ts'
import { isPublicAddress } from './public-address.ts'

t.test('private, local, shared, reserved and translated addresses are not public', async t => {
  const others = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
  ]
  const others6 = [
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
  ]
  t.same([...others, ...others6].filter(isPublicAddress), [])
  for (const address of ['1.1.1.1', '172.32.0.1', '8.8.8.8', '2606:4700:4700::1111'])
    t.ok(isPublicAddress(address), address)
})

t.test('where it is strict, only https to public addresses is used, whatever a name leads to', async t => {
  const post = (url: string) =>
    postWebhook({ url, headers: {}, body: '{}', strict: true, timeoutMs: 5000, proxies: noProxies })
  for (const url of [
    'http://example.com/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://2130706433/',
    'https://localhost/',
    'https://a:b@example.com/',
    'ftp://example.com/',
  ])
    await t.rejects(post(url), { code: 'alert_url_refused' }, url)
})
