// Encodings, headers, redirects and errors as they go over the wire.

import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import t from 'tap'
import { request } from 'undici'
import { startTestCompany } from '../test-company.ts'
import type { Variants } from './dimensions.ts'

const now = Date.parse('2026-11-24T12:00:10Z')

async function start(t: Parameters<typeof startTestCompany>[0]) {
  const started = await startTestCompany(t, { now: () => now })
  const { simulator, company } = started
  const authorization = `Basic ${Buffer.from(`${company.serviceUserId}:${company.token}`).toString('base64')}`
  const raw = async (variants: Partial<Variants>, path = '/company/people/fields') => {
    company.answerAs(variants)
    const { statusCode, headers, body } = await request(simulator.url + path, { headers: { authorization } })
    return { status: statusCode, headers, body: Buffer.from(await body.arrayBuffer()) }
  }
  return { ...started, raw }
}

t.test('answers are marked, compressed or in UTF-16, whole and streamed', async t => {
  const { raw } = await start(t)
  for (const path of ['/company/people/fields', '/company/named-lists']) {
    const plain = (await raw({ encoding: 'plain' }, path)).body
    const bom = await raw({ encoding: 'bom' }, path)
    t.same(bom.body, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain]))
    const wide = await raw({ encoding: 'utf-16' }, path)
    t.same(wide.body, Buffer.from(`\ufeff${plain}`, 'utf16le'))
    const gzip = await raw({ encoding: 'gzip' }, path)
    t.same([gzip.headers['content-encoding'], gunzipSync(gzip.body)], ['gzip', plain])
    const brotli = await raw({ encoding: 'brotli' }, path)
    t.same([brotli.headers['content-encoding'], brotliDecompressSync(brotli.body)], ['br', plain])
  }
})

t.test('the media type is spelt in several ways', async t => {
  const { raw } = await start(t)
  const type = async (contentType: Variants['contentType']) => (await raw({ contentType })).headers['content-type']
  t.equal(await type('with-charset'), 'application/json;charset=utf-8')
  t.equal(await type('plain'), 'application/json')
  t.equal(await type('capitals'), 'Application/JSON; Charset=UTF-8')
  t.equal(await type('vendor'), 'application/vnd.hibob+json')
})

t.test('every call is sent on once, within the server', async t => {
  const { company, call, raw, simulator } = await start(t)
  t.match(await raw({ redirect: 'temporary' }), {
    status: 307,
    headers: { location: '/v1/moved/company/people/fields' },
  })
  const there = `${simulator.url}/moved/company/people/fields`
  t.match(await raw({ redirect: 'permanent' }), { status: 308, headers: { location: there } })
  company.hire()
  t.match(await (await call('/people/search', { fields: ['root.id'] })).json(), { employees: [{ id: String }] })
  t.same(company.calls, { 'people/search': 1 }, 'a redirect is no call')
})

t.test('limits are told in every unit, and by HiBob’s clock', async t => {
  const { raw } = await start(t)
  const reset = async (rateHeaders: Variants['rateHeaders'], clock: Variants['clock'] = 'right') =>
    (await raw({ rateHeaders, clock })).headers['x-ratelimit-reset']
  const end = Date.parse('2026-11-24T12:01:10Z')
  t.equal(await reset('unix-seconds'), String(end / 1000))
  t.equal(await reset('unix-seconds', 'ahead'), String(end / 1000 + 300))
  t.equal(await reset('unix-ms', 'behind'), String(end - 300_000))
  t.equal(await reset('seconds-to-go', 'ahead'), '60')
  t.equal(await reset('date'), 'Tue, 24 Nov 2026 12:01:10 GMT')
  t.match((await raw({ rateHeaders: 'ietf' })).headers, { 'ratelimit-limit': '50', 'ratelimit-reset': '60' })
  const none = (await raw({ rateHeaders: 'none', clock: 'ahead' })).headers
  t.equal(none['date'], 'Tue, 24 Nov 2026 12:05:10 GMT')
  t.same(
    Object.keys(none).filter(name => name.includes('ratelimit')),
    [],
  )
})

t.test('a 429 says when to come back, in every form, and errors have their body in several', async t => {
  const { company, raw } = await start(t)
  const refused = async (retryAfter: Variants['retryAfter'], more: Partial<Variants> = {}) => {
    company.misbehave({ status429: 1 })
    return raw({ retryAfter, ...more })
  }
  const said = async (retryAfter: Variants['retryAfter']) => (await refused(retryAfter)).headers['retry-after']
  t.same(
    [await said('none'), await said('seconds'), await said('fraction'), await said('sign'), await said('negative')],
    [undefined, '1', '0.5', '+1', '-1'],
  )
  t.equal(await said('date'), 'Tue, 24 Nov 2026 12:00:11 GMT')
  t.match(JSON.parse(String((await refused('none')).body)), { key: 'too.many.requests', args: {} })
  const { body } = await refused('none', { errorBodies: 'message' })
  t.match(JSON.parse(String(body)), { message: 'Too many requests', statusCode: 429 })
  t.equal((await refused('none', { errorBodies: 'empty' })).body.length, 0)
})
