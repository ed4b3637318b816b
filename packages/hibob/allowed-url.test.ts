import t from 'tap'
import { assertAllowedUrl } from './allowed-url.ts'

const extra = ['http://127.0.0.1:8090/v1/']

t.test('HiBob’s own addresses and the operator’s are allowed, with or without a slash at the end', async t => {
  t.equal(assertAllowedUrl('https://api.hibob.com/v1'), 'https://api.hibob.com/v1')
  t.equal(assertAllowedUrl('https://api.hibob.com/v1/'), 'https://api.hibob.com/v1')
  t.equal(assertAllowedUrl('https://API.hibob.com:443/v1'), 'https://api.hibob.com/v1')
  t.equal(assertAllowedUrl('https://api.sandbox.hibob.com/v1'), 'https://api.sandbox.hibob.com/v1')
  t.equal(assertAllowedUrl('http://127.0.0.1:8090/v1', extra), 'http://127.0.0.1:8090/v1')
})

t.test('nothing else is, and the message repeats no password', async t => {
  const others = [
    'http://api.hibob.com/v1',
    'https://api.hibob.com',
    'https://api.hibob.com/v2',
    'https://api.hibob.com/v1/people',
    'https://api.hibob.com/v1/../v2',
    'https://api.hibob.com.evil.example/v1',
    'https://user:hunter2@api.hibob.com/v1',
    'https://api.hibob.com@evil.example/v1',
    'https://api.hibob.com/v1?x=1',
    'https://api.hibob.com/v1#x',
    'https://169.254.169.254/v1',
    'http://127.0.0.1:8091/v1',
    'file:///etc/passwd',
    'api.hibob.com/v1',
    '',
  ]
  for (const url of others) {
    const error = t.throws(() => assertAllowedUrl(url, extra), { code: 'hibob_url_not_allowed', retryable: false }, url)
    t.notMatch(String(error), /hunter2/)
  }
})
