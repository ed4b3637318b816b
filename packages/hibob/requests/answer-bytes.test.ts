import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import t from 'tap'
import { until } from '../../../test/support/until.ts'
import { start } from '../test-server.ts'
import { plainBytes, UnreadableBytes } from './answer-bytes.ts'

const text = '{"employees":[{"id":"5","firstName":"Zoë 🌱"}]}'
const mark = Buffer.from([0xef, 0xbb, 0xbf])

async function* pieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
const read = async (bytes: Uint8Array, coding?: string, size = 7, type = 'application/json') => {
  const headers = { 'content-type': type, ...(coding === undefined ? {} : { 'content-encoding': coding }) }
  const chunks = await Array.fromAsync(plainBytes({ headers, body: pieces(bytes, size) }))
  return Buffer.concat(chunks).toString()
}

const codings: [string, (bytes: Buffer) => Buffer][] = [
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['deflate', deflateRawSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
]

t.test(
  'an answer is the same bytes, compressed or not, with a mark or without, in whatever pieces it comes',
  async t => {
    const body = fc.string({ unit: 'binary', minLength: 2, maxLength: 300 }).map(value => JSON.stringify([value]))
    const coding = fc.option(fc.constantFrom(...codings), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(
        body,
        coding,
        fc.boolean(),
        fc.integer({ min: 1, max: 40 }),
        async (body, coding, marked, size) => {
          const plain = Buffer.concat([marked ? mark : Buffer.alloc(0), Buffer.from(body)])
          return (await read(coding?.[1](plain) ?? plain, coding?.[0], size)) === body
        },
      ),
    )
    t.equal(await read(Buffer.alloc(0)), '')
    t.equal(await read(mark), '')
  },
)

t.test('the header may be missing, or stand there for nothing, or name two codings', async t => {
  const plain = Buffer.from(text)
  t.equal(await read(gzipSync(plain)), text, 'gzip without a header')
  for (const [coding] of codings) t.equal(await read(plain, coding), text, `${coding}, and yet plain`)
  t.equal(await read(brotliCompressSync(gzipSync(plain)), 'gzip, br'), text)
  t.equal(await read(gzipSync(gzipSync(plain)), 'gzip'), text)
})

t.test('what is not UTF-8 is refused by its name', async t => {
  const utf16 = Buffer.from(text, 'utf16le')
  const utf32 = Buffer.concat(
    [...text].map(character => Buffer.from(Uint32Array.of(character.codePointAt(0) ?? 0).buffer)),
  )
  const cases: [Uint8Array, RegExp, string?][] = [
    [utf16, /UTF-16, expected UTF-8/],
    [Buffer.from(utf16).swap16(), /UTF-16, expected UTF-8/],
    [Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), /UTF-16, expected UTF-8/],
    [Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), /UTF-16, expected UTF-8/],
    [utf32, /UTF-32, expected UTF-8/],
    [Buffer.from(utf32).swap32(), /UTF-32, expected UTF-8/],
    [Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32]), /UTF-32, expected UTF-8/],
    [gzipSync(utf16), /UTF-16, expected UTF-8/],
    [Buffer.from('{"name":"Zoë"}', 'latin1'), /bytes that are not UTF-8/],
    [Buffer.from(text), /ISO-8859-1, expected UTF-8/, 'application/json; charset="iso-8859-1"'],
    [Buffer.from(text), /UTF-16LE, expected UTF-8/, 'application/json;Charset=utf-16le'],
  ]
  for (const [bytes, message, type] of cases)
    await t.rejects(read(bytes, undefined, 3, type), { message } as unknown as Error, String(message))
  for (const type of [
    'application/json;charset=UTF8',
    'application/json; charset="utf-8"',
    'text/json;charset=us-ascii',
  ])
    t.equal(await read(Buffer.from(text), undefined, 3, type), text, type)
})

t.test('what cannot be decompressed is named, and what breaks off is not taken for damaged', async t => {
  const zipped = gzipSync(Buffer.from(text))
  const damaged = Buffer.from(zipped)
  damaged.fill(0xff, 12, 24)
  await t.rejects(read(damaged, 'gzip'), UnreadableBytes)
  await t.rejects(read(Buffer.from('rubbish, not brotli'), 'br'), UnreadableBytes)
  await t.rejects(read(zipped, 'compress'), { message: 'is compressed as compress, which is not known here' })
  await t.rejects(read(zipped, 'gzip, gzip, gzip, gzip'), UnreadableBytes)
  const brokenOff = await read(zipped.subarray(0, -12), 'gzip').catch(error => error)
  t.notOk(brokenOff instanceof UnreadableBytes)
  t.ok(brokenOff instanceof Error)
})

const search = { ids: ['5'], fields: ['root.firstName'] }
const taken: unknown[] = []
const everyone = { fields: ['root.firstName'], take: async (people: unknown[]) => void taken.push(...people) }

t.test('people are read from a compressed and marked answer, whole or streamed', async t => {
  for (const [coding, compress] of codings) {
    const { client } = await start(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding })
      response.end(compress(Buffer.concat([mark, Buffer.from(text)])))
    })
    const found = { id: '5', fields: { 'root.firstName': 'Zoë 🌱' } }
    t.match(await client.searchPeople(search), { kind: 'ok', people: [found] }, coding)
    taken.length = 0
    t.match(await client.everyone(everyone), { kind: 'ok', unreadable: 0 }, coding)
    t.match(taken, [found], coding)
  }
})

t.test('an answer in another encoding is an invalid one, named by its encoding alone', async t => {
  const { client } = await start(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(Buffer.from(text, 'utf16le'))
  })
  const invalid = { kind: 'invalid_answer', status: 200, detail: /is UTF-16, expected UTF-8/ }
  for (const answer of [await client.searchPeople(search), await client.everyone(everyone), await client.namedLists()])
    t.match(answer, invalid)
})

t.test('what is refused by its first bytes is not read to its end', async t => {
  let closed = 0
  const { client } = await start(t, (_, response) => {
    response.on('close', () => closed++)
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-16' }).write('x'.repeat(100_000))
  })
  t.match(await client.searchPeople(search), { kind: 'invalid_answer', detail: /is UTF-16, expected UTF-8/ })
  await until(() => closed === 1)
})

t.test('what is decompressed counts: a small answer that unfolds to a huge one is too large', async t => {
  const limits = { answerBytesMax: 1_000_000 }
  const bomb = gzipSync(Buffer.alloc(200_000_000, ' '))
  const { client } = await start(
    t,
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(bomb)
    },
    { limits, streamLimits: limits },
  )
  const before = process.memoryUsage().rss
  for (const answer of [await client.searchPeople(search), await client.everyone(everyone)])
    t.match(answer, { kind: 'invalid_answer', detail: /larger than 1000000 bytes/ })
  t.ok(process.memoryUsage().rss - before < 100_000_000)
})
