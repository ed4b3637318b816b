import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { secretFrom } from './secret-file.ts'

const directory = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(() => rm(directory, { recursive: true, force: true }))
const file = join(directory, 'secret')

const utf16 = (text: string) => Buffer.from(text, 'utf16le')

async function read(content: string | Buffer): Promise<string> {
  await writeFile(file, content)
  return secretFrom(file)
}

t.test('a secret is what the file holds, without one line end at its end', async t => {
  for (const end of ['', '\n', '\r\n']) t.equal(await read(`s3cret /+=~ x${end}`), 's3cret /+=~ x')
  t.equal(await read(`${'x'.repeat(4096)}\r\n`), 'x'.repeat(4096))
})

t.test('what cannot be a secret is refused with why, and is not quoted', async t => {
  const refused: [string | Buffer, RegExp][] = [
    ['hunter2\n\n', /blank or an empty line/],
    [' hunter2', /blank/],
    ['hunter2\t', /blank/],
    ['   ', /blank/],
    ['hunter2\nhunter3', /several lines/],
    ['hünter2', /printable ASCII/],
    ['\u001b[31mhunter2', /printable ASCII/],
    [Buffer.concat([Buffer.from('hunter2'), Buffer.alloc(1), randomBytes(100)]), /not UTF-8|printable ASCII/],
    [utf16('hunter2'), /secret is UTF-16: save it as UTF-8$/],
    [utf16('\uFEFFhunter2\r\n'), /secret is UTF-16: save it as UTF-8$/],
    [Buffer.from('hunter2é', 'latin1'), /not UTF-8/],
    ['"hunter2"', /quotes around the secret: remove them/],
    ["'hunter2'\n", /quotes around the secret: remove them/],
    ['“hunter2”', /quotes around the secret: remove them/],
    ['"hunter2"\n\n', /quotes around the secret: remove them/],
    ['\nhunter2', /blank or an empty line/],
    ['TOKEN=hunter2', /`KEY=value`/],
    ['export HIBOB_TOKEN="hunter2"\n', /`KEY=value`/],
    ['signing_secret = hunter2', /`KEY=value`/],
    ['Authorization: Basic hunter2', /header/],
    ['token: hunter2', /header/],
    ['Basic hunter2', /“Basic”/],
    ['-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n', /PEM/],
    ['{"token": "hunter2"}', /JSON/],
    ['[\n  "hunter2"\n]', /JSON/],
    [`<!DOCTYPE html>\n<p>hunter2${'x'.repeat(9000)}`, /HTML/],
    [`{"token": "hunter2", ${'x'.repeat(9000)}`, /JSON/],
    ['https://hooks.example.com/hunter2', /URL/],
    ['x'.repeat(4097), /4096 bytes/],
    ['x'.repeat(3_000_000), /4096 bytes/],
  ]
  for (const [content, message] of refused) {
    const error = await read(content).catch(failure => failure)
    t.match(error, { code: 'secret_unusable', retryable: false, message })
    t.notMatch(error.message, /hunter/)
  }
})

t.test('a byte order mark is no part of the secret; what only looks like another thing is one', async t => {
  t.equal(await read('\uFEFF0123456789abcdef0123456789abcdef\r\n'), '0123456789abcdef0123456789abcdef')
  t.equal(await read(`\uFEFF${'x'.repeat(4096)}\r\n`), 'x'.repeat(4096))
  for (const odd of [
    'YWJjZA==',
    'ab=cd',
    '"',
    "it's",
    'a:b',
    '<x',
    '{x',
    'AB=',
    'a"b"c',
    'SERVICE-1:abc',
    '#1',
    '-----',
  ])
    t.equal(await read(odd), odd, odd)
})

t.test('a file that is empty or not there is named', async t => {
  for (const empty of ['', '\n', '\r\n', '\uFEFF', '\uFEFF\n']) await t.rejects(read(empty), { code: 'file_empty' })
  await t.rejects(secretFrom(join(directory, 'nowhere')), { code: 'file_unreadable', message: /nowhere/ })
  await t.rejects(secretFrom(directory), { code: 'file_unreadable' })
})
