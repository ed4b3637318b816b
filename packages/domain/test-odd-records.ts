// Values of records that are no event of any release: bytes, JSON of another shape, and events in which one place is not as it should be.
import fc from 'fast-check'
import { deletedWebhook, type Given, lists, missing, observed, recordOf, unchanged } from './test-events.ts'
import { approved, day, settings } from './test-settings.ts'

/** A name that must come up nowhere. */
export const marker = 'Zaphod Canary'

const whole: Given[] = [
  observed('1', { 'root.displayName': marker, 'work.department': '7' }, { labels: { 'work.department': marker } }),
  missing('2'),
  unchanged([{ id: '1', digest: 'd' }], { offset: 1, takeover: 1, request: 1 }),
  lists('department', { '7': marker }),
  deletedWebhook('3', { webhookType: 'table.entry.updated', body: '{"data": {"effectiveDate": "2027-01-01"}}' }),
  settings({ custom_fields: { badge: { from: 'work.custom.badge' } } }),
  day('2023-11-14'),
  day('2023-11-14', '@name@'),
  observed('1', { '@name@': 'x' }, { labels: { '@name@': 'x' } }),
  approved('acme-1', ['1']),
  ['tenant.resend.requested', { resendId: 'r', userIds: ['1'], teamIds: ['7'] }],
  ['hibob.import.requested', { importId: 'i', reason: 'operator', by: 'ada' }],
  ['hibob.import.completed', { importId: 'i', counts: {} }],
  ['hibob.import.failed', { importId: 'i', code: 'c', detail: 'd', counts: {} }],
  ['tenant.added', { by: 'ada' }],
  ['tenant.replay.ready', { replayId: 'r', generation: 2, codeVersion: '0' }],
]

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** What no place of an event expects, as JSON has it. */
export const oddTexts: readonly string[] = [
  ...[nested(40), nested(20_000), '{"$ref": "x", "$id": 1}', '{"_bsontype": "ObjectId"}', '{"__proto__": {"x": 1}}'],
  ...[
    '{"": {"": 1}}',
    '{"a.b": 1, "$set": {"$x": 2}}',
    '{"a\\u0000b": 1}',
    '{"toString": null, "toBSON": 1, "length": 1e9}',
  ],
  ...[null, true, 0, -1, 1.5, 2 ** 53, 1e300, '', ' ', marker, 'x'.repeat(70_000), '\ud800', '\u0000', 'a/b', '../..'],
  ...[[], [null], [marker], [[marker]], {}, { id: marker }],
].map(value => (typeof value === 'string' && /^[[{]/.test(value) ? value : JSON.stringify(value)))
export const oddNames = [
  '$ref',
  '$id',
  '_bsontype',
  'a.b',
  '',
  '\u0000',
  '__proto__',
  'constructor',
  'x'.repeat(5000),
  marker,
]

type Place = readonly (string | number)[]

function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...at, key]))]
}

/** A copy with what `change` makes of the object at a place, and of the name there. */
function changed(event: object, place: Place, change: (holder: Record<string, unknown>, name: string) => void): object {
  const copy = structuredClone(event)
  let holder = copy as Record<string, unknown>
  for (const key of place.slice(0, -1)) holder = holder[key] as Record<string, unknown>
  change(holder, String(place.at(-1)))
  return copy
}

function put(holder: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true })
}

const nearEvent: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...whole), fc.constantFrom(...oddNames))
  .chain(([[type, data], named]) => {
    const text = recordOf(type, data, 'acme', 1).value ?? ''
    const event = JSON.parse(text.replaceAll('@name@', () => JSON.stringify(named).slice(1, -1))) as object
    return fc
      .tuple(
        fc.constantFrom(...placesIn(event).filter(place => place.length > 0)),
        fc.constantFrom('leave', 'leave out', 'replace', 'add'),
        fc.constantFrom(...oddTexts),
        fc.constantFrom(...oddNames),
      )
      .map(([place, act, text, name]) => {
        const near = changed(event, place, (holder, own) => {
          if (act === 'leave out') delete holder[own]
          else if (act !== 'leave') put(holder, act === 'add' ? name : own, '@odd@')
        })
        return JSON.stringify(near).replace('"@odd@"', () => text)
      })
  })

const bytes = fc.uint8Array({ maxLength: 64 }).map(array => Buffer.from(array).toString())

/** Values of records under the key `acme`. */
export const oddValue: fc.Arbitrary<string | null> = fc.oneof(
  { weight: 12, arbitrary: nearEvent },
  { weight: 2, arbitrary: fc.json() },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.constantFrom(null, '', '{', 'null', '[]', `"${marker}"`, '7', '\ufeff{}') },
)

/** Keys that are no tenant's, as far as a consumer can see. */
export const oddKeys = [
  '',
  'a/b',
  'acme/1',
  '$where',
  '../acme',
  ' acme',
  'ACME\u0000',
  '\ufffd',
  'k'.repeat(70_000),
  marker,
]
