import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { secretFrom } from './secret-file.ts'

const directory = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
t.teardown(() => rm(directory, { recursive: true, force: true }))
const file = join(directory, 'secret')

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
    ['hunter2\nhunter3', /printable ASCII/],
    ['hünter2', /printable ASCII/],
    ['\u001b[31mhunter2', /printable ASCII/],
    [Buffer.concat([Buffer.from('hunter2'), Buffer.alloc(1), randomBytes(100)]), /printable ASCII/],
    ['x'.repeat(4097), /4096 bytes/],
    ['x'.repeat(3_000_000), /4096 bytes/],
  ]
  for (const [content, message] of refused) {
    const error = await read(content).catch(failure => failure)
    t.match(error, { code: 'secret_unusable', retryable: false, message })
    t.notMatch(error.message, /hunter/)
  }
})

t.test('a file that is empty or not there is named', async t => {
  for (const empty of ['', '\n', '\r\n']) await t.rejects(read(empty), { code: 'file_empty' })
  await t.rejects(secretFrom(join(directory, 'nowhere')), { code: 'file_unreadable', message: /nowhere/ })
  await t.rejects(secretFrom(directory), { code: 'file_unreadable' })
})
