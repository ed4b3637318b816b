import fc from 'fast-check'
import t from 'tap'
import { parseWebhook } from './webhook.ts'
import { bodyBytes } from './webhook-body.ts'

// what the event makes of it: JSON text, and back
const kept = (rawBody: Buffer) => JSON.parse(JSON.stringify(parseWebhook(rawBody))) as ReturnType<typeof parseWebhook>

t.test('any bytes at all come back exactly as they were', async () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'binary', maxLength: 200 }).map(text => Buffer.from(text)),
    fc.json().map(text => Buffer.from(text)),
  )
  fc.assert(
    fc.property(bytes, given => bodyBytes(kept(Buffer.from(given))).equals(Buffer.from(given))),
    { numRuns: 2_000 },
  )
})

t.test('a body is never kept longer than its base64, and in one form only', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), given => {
      const { body, bodyBase64 } = parseWebhook(Buffer.from(given))
      const base64 = Math.ceil(given.length / 3) * 4
      if (body === undefined) return bodyBase64?.length === base64
      return bodyBase64 === undefined && Buffer.byteLength(JSON.stringify(body)) - 2 <= base64
    }),
    { numRuns: 2_000 },
  )
})

t.test('text is kept as text, and what text cannot keep as base64', async t => {
  const text = (body: string) => parseWebhook(Buffer.from(body)).body
  t.equal(text('{"a":"bcdefghijklmnopqrstuvwxyz"}'), '{"a":"bcdefghijklmnopqrstuvwxyz"}')
  t.equal(text(''), '')
  t.equal(text('\ufeff{}'), '\ufeff{}', 'a byte order mark is part of the bytes')
  t.equal(text('""""""""""""'), undefined, 'escaped it would be longer than base64')
  t.equal(text('\u0001\u0002\u0003'), undefined)
  t.equal(parseWebhook(Buffer.from([0x61, 0xff])).bodyBase64, 'Yf8=')
})
