import t from 'tap'
import { createRowStream } from './people-stream.ts'

const rowsOf = (text: string, sizes: readonly number[] = [text.length]) => {
  const stream = createRowStream()
  const bytes = Buffer.from(text)
  const rows: unknown[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number
    rows.push(...stream.take(bytes.subarray(at, at + size)))
    at += size
  }
  return { rows, whole: stream.oddShape() === null }
}

t.test('rows come out as JSON.parse would have them, wherever the answer is cut into pieces', async t => {
  const employees = [
    { id: '3400000000000000001', work: { title: null, custom: { list: ['a', { b: [] }] } }, name: 'Zoë 🙂 "q" \\ \n' },
    {},
    { employees: [{ id: 'not a row' }] },
  ]
  const text = JSON.stringify({ before: { employees: [1] }, employees, after: [1, 2] })
  for (const size of [1, 2, 3, 7, 1000]) t.same(rowsOf(text, [size]), { rows: employees, whole: true }, `${size} bytes`)
})

t.test('integers that a number cannot hold stay their digits', async t => {
  const { rows } = rowsOf('{"employees":[{"id":3400000000000000001,"n":-12345678901234567890,"x":1.5,"y":1e3,"z":42}]}')
  t.same(rows, [{ id: '3400000000000000001', n: '-12345678901234567890', x: 1.5, y: 1000, z: 42 }])
})

t.test('an empty company is an answer; what has no list of employees at its top, or ends early, is none', async t => {
  t.same(rowsOf('{"employees":[]}'), { rows: [], whole: true })
  for (const text of [
    '{}',
    '[]',
    '{"employees":{"a":{"id":"1"}}}',
    '{"other":{"employees":[{"id":"1"}]}}',
    '{"employees":null}',
    '["employees",[{"id":"1"}]]',
  ])
    t.same(rowsOf(text), { rows: [], whole: false }, text)
  t.same(rowsOf('{"employees":[{"id":"1"},{"id":'), { rows: [{ id: '1' }], whole: false })
})

t.test('what is no JSON, or nests too deeply, is refused', async t => {
  t.throws(() => rowsOf('<!DOCTYPE html>'))
  t.throws(() => rowsOf('{"employees":[{"id":"1"}}'))
  t.throws(() => rowsOf(`{"employees":[${'['.repeat(100)}`))
})
