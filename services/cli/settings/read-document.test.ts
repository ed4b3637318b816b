import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { documentFrom, readDocument } from './read-document.ts'

const read = (content: string | Buffer) => documentFrom(Buffer.from(content as string), 'settings.json')

t.test('a document is JSON in UTF-8, with a byte order mark or without', async t => {
  t.same(read('{"time_zone": "UTC"}\r\n'), { time_zone: 'UTC' })
  t.same(read('\uFEFF{}'), {})
})

t.test('what else it is, is named with the file', async t => {
  for (const [content, message] of [
    ['', /^settings\.json is empty/],
    ['\n\n', /^settings\.json is empty/],
    ['time_zone: UTC\n', /is YAML/],
    ['"time_zone": UTC\n', /is YAML/],
    ['- time_zone: UTC\n', /is YAML/],
    ['{time_zone: UTC}', /is no JSON: line 1, column 2: texts and keys stand in double quotes/],
    ['[1, 2', /is no JSON: .*ends too early/],
    ['# ours\ntime_zone:\n  UTC\n', /is YAML/],
    ['---\na: 1\n', /is YAML/],
    ['[scope]\nfield = "work.site"\n', /is TOML/],
    ['<html>', /is HTML/],
    ['{"a": 1, // why\n}', /is no JSON: line 1, column 10.*no comments/],
    [Buffer.from('{"a": "é"}', 'latin1'), /^settings\.json is not UTF-8 \(line 1/],
    [Buffer.from('{"a": 1}', 'utf16le'), /^settings\.json is UTF-16: save it as UTF-8/],
    [
      '{"a": {"b": {"Zo\u00eb": 1, "Zoe\u0308": 2}}}',
      /gives keys twice: line 1, column 24 \(\/a\/b\): the key .* is the same/,
    ],
  ] as [string | Buffer, RegExp][])
    t.throws(() => read(content), { code: 'settings_invalid', retryable: false, message })
})

t.test('a file that is too large or not there is named', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'hibob-sync-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  const file = join(directory, 'large.json')
  await writeFile(file, `"${'x'.repeat(1024 * 1024)}"`)
  await t.rejects(readDocument(file), { code: 'settings_invalid', message: /larger than 1 MiB/ })
  await t.rejects(readDocument(join(directory, 'nowhere')), { code: 'file_unreadable', message: /nowhere/ })
})
