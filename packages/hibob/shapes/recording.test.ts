import t from 'tap'
import type { ObservedCall } from '../requests/observe-calls.ts'
import { recordingOf } from './recording.ts'
import { recordingText } from './recording-text.ts'
import { shapeNames } from './shape-names.ts'

const names = shapeNames({ fields: ['root.id', 'work.custom.field_123456'], lists: ['Kostenstelle'] })
const call = (more: Partial<ObservedCall>): ObservedCall => ({
  method: 'GET',
  path: '/v1/company/people/fields',
  sent: null,
  status: 200,
  headers: {},
  sentAt: 0,
  answeredAt: 1,
  rate: null,
  bytes: 2,
  mark: false,
  shape: { type: 'array', length: 0, items: [] },
  whole: true,
  ...more,
})
const record = (...calls: Partial<ObservedCall>[]) =>
  recordingOf(calls.map(call), names, { recordedFrom: 'tenant', recordedOn: '2026-11-29' }).calls

t.test('a search is recorded with its fields under their stand-ins, and with a count in place of ids', async t => {
  const sent = JSON.stringify({
    fields: ['root.id', 'work.custom.field_123456', 'work.custom.field_999999'],
    filters: [{ fieldPath: 'root.id', operator: 'equals', values: ['3400000000000000001', '3400000000000000002'] }],
  })
  const [one] = record({ method: 'POST', path: '/v1/people/search', sent })
  t.match(one, {
    path: '/people/search',
    asked: { fields: ['root.id', 'work.custom.field_1', 'another field'], ids: 2 },
  })
  t.notMatch(JSON.stringify(one), /340000|123456/)
})

t.test('a path keeps neither the base of the API nor the name of a list of the company', async t => {
  const paths = ['/secret/v1/company/named-lists/Kostenstelle', '/v1/company/named-lists/site', '/v1/people/Ada']
  t.strictSame(
    record(...paths.map(path => ({ path }))).map(({ path }) => path),
    ['/company/named-lists/list_1', '/company/named-lists/site', 'another path'],
  )
})

t.test('of headers only those that say how to read the answer are kept, mostly by their form', async t => {
  const [one] = record({
    headers: {
      'content-type': 'application/json;charset=utf-8',
      date: 'Sun, 29 Nov 2026 09:00:00 GMT',
      'x-ratelimit-limit': '50',
      'x-ratelimit-reset': '1764406800',
      'retry-after': '12.9',
      'ratelimit-reset': '+3',
      'content-encoding': 'gzip; for="Ada"',
      location: 'https://ada.example/',
      'set-cookie': ['session=secret'],
      server: 'ada',
    },
  })
  t.strictSame(one?.headers, {
    'content-type': 'application/json;charset=utf-8',
    'content-encoding': 'another form',
    'x-ratelimit-limit': '50',
    'x-ratelimit-reset': '10 digits',
    'ratelimit-reset': 'digits after a sign',
    'retry-after': 'a fraction',
    date: 'a date',
    location: 'a URL',
  })
})

t.test('a recording is written as JSON that a person can read, and read again as it was', async t => {
  const shape = { type: 'array' as const, length: 3, items: [{ count: 3, shape: { type: 'boolean' as const } }] }
  const recording = recordingOf([call({ shape }), call({ status: null, shape: null })], names, {
    recordedFrom: 'tenant',
    recordedOn: '2026-11-29',
  })
  const text = recordingText(recording)
  t.strictSame(JSON.parse(text), recording)
  t.ok(text.split('\n').every(line => line.length <= 120))
  t.match(text, '"shape": {"length":"3","items":[{"count":3,"shape":"boolean"}]}')
})
