import t from 'tap'
import { textOf } from './text-of.ts'

const text = '{"name": "Zoë", "city": "Köln"}\n'
const utf16 = Buffer.from(text, 'utf16le')
const utf32 = Buffer.concat([...text].map(character => Buffer.from([character.charCodeAt(0), 0, 0, 0])))
const swapped = (bytes: Buffer, width: number) =>
  Buffer.concat(
    Array.from({ length: bytes.length / width }, (_, at) =>
      bytes
        .subarray(at * width, (at + 1) * width)
        .reverse()
        .slice(),
    ),
  )
const copied = (bytes: Buffer) => Buffer.from(bytes)

t.test('UTF-8 is read, a byte order mark passed over', async t => {
  t.same(textOf(Buffer.from(text)), { text })
  t.same(textOf(Buffer.from(`\uFEFF${text}`)), { text })
  t.same(textOf(Buffer.from('')), { text: '' })
  t.same(textOf(Buffer.from('a')), { text: 'a' })
})

t.test('other encodings are named, with a mark and without', async t => {
  const bigEndian16 = swapped(copied(utf16), 2)
  const bigEndian32 = swapped(copied(utf32), 4)
  for (const [bytes, name] of [
    [utf16, 'UTF-16'],
    [Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 'UTF-16'],
    [bigEndian16, 'UTF-16'],
    [Buffer.concat([Buffer.from([0xfe, 0xff]), bigEndian16]), 'UTF-16'],
    [Buffer.from('ab', 'utf16le'), 'UTF-16'],
    [utf32, 'UTF-32'],
    [Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32]), 'UTF-32'],
    [bigEndian32, 'UTF-32'],
    [Buffer.concat([Buffer.from([0, 0, 0xfe, 0xff]), bigEndian32]), 'UTF-32'],
  ] as const)
    t.same(textOf(bytes), { problem: `is ${name}: save it as UTF-8` })
})

t.test('bytes of another encoding are named with their line', async t => {
  t.match(textOf(Buffer.from(`one\ntwo\n${text}`, 'latin1')), { problem: /is not UTF-8 \(line 3 .*save it as UTF-8/ })
  t.match(textOf(Buffer.from('Zoë', 'latin1')), { problem: /line 1 / })
})

t.test('what is no text at all is named', async t => {
  t.match(textOf(Buffer.from([0x1f, 0x8b, 8, 0])), { problem: /gzip/ })
  t.match(textOf(Buffer.from('PK\u0003\u0004')), { problem: /Word or Excel/ })
  t.match(textOf(Buffer.from('%PDF-1.7')), { problem: /PDF/ })
})
