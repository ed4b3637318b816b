import t from 'tap'
import { createRowStream, tooLargeRow } from './people-stream.ts'

const rowsOf = (text: string, sizes: readonly number[] = [text.length]) => {
  const stream = createRowStream()
  const bytes = Buffer.from(text)
  const rows: unknown[] = []
  let at = 0
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number
    stream.take(bytes.subarray(at, at + size))
    rows.push(...stream.rows().map(({ value }) => value))
    at += size
  }
  return { rows, whole: stream.finish() === null }
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

t.test('the rows may stand bare, without `employees`', async t => {
  for (const size of [1, 7, 1000])
    t.same(rowsOf('[{"id":"1"},{"employees":[2]},7]', [size]).rows, [{ id: '1' }, { employees: [2] }, 7])
  t.same(rowsOf('[]'), { rows: [], whole: true })
  const stream = createRowStream()
  stream.take(Buffer.from('{"employees":[{"id":"1"}'))
  const rows = stream.rows()
  t.match(rows, [{ path: '$.employees[0]', value: { id: '1' }, isCut: false }])
  t.equal(rows.length, 1)
})

t.test('an empty company is an answer; what has no list of employees at its top says what it has instead', async t => {
  t.same(rowsOf('{"employees":[]}'), { rows: [], whole: true })
  const found = {
    '{}': ['$.employees', 'nothing'],
    '{"employees":{"a":{"id":"1"}}}': ['$.employees', 'object'],
    '{"other":{"employees":[{"id":"1"}]}}': ['$.employees', 'nothing'],
    '{"employees":null}': ['$.employees', 'null'],
    '"employees"': ['$', 'text'],
  }
  for (const [text, [path, type]] of Object.entries(found)) {
    const stream = createRowStream()
    stream.take(Buffer.from(text))
    t.same(stream.rows(), [])
    t.match(stream.finish(), { path, found: type }, text)
  }
})

t.test('what ends early is not whole', async t => {
  t.same(rowsOf('{"employees":[{"id":"1"},{"id":'), { rows: [{ id: '1' }], whole: false })
})

t.test('what is no JSON is refused; a row that nests too deeply costs that row', async t => {
  t.throws(() => rowsOf('<!DOCTYPE html>'))
  t.throws(() => rowsOf('{"employees":[{"id":"1"}}'))
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`
  t.same(rowsOf(`{"employees":[${deep},{"id":"1"}]}`), { rows: [tooLargeRow, { id: '1' }], whole: true })
})

t.test('a row of more than 4 MiB costs that row, whatever it is made of', async t => {
  const stream = createRowStream()
  const large = [
    { id: '2', about: Array.from({ length: 5 }, () => 'x'.repeat(1_000_000)) },
    { id: '3', many: Array.from({ length: 120_000 }, (_, at) => at) },
  ]
  stream.take(Buffer.from(JSON.stringify({ employees: [{ id: '1' }, ...large, { id: '4' }] })))
  t.equal(stream.finish(), null)
  t.same(
    stream.rows().map(({ value }) => value),
    [{ id: '1' }, tooLargeRow, tooLargeRow, { id: '4' }],
  )
})
