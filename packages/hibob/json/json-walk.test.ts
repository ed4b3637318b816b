import t from 'tap'
import { createJsonWalk, type JsonKey, type JsonVisitor } from './json-walk.ts'

const whole = (values: unknown[]): JsonVisitor => ({
  begin: () => 'whole',
  value: (_, value) => void values.push(value),
  tooLarge: key => void values.push({ tooLarge: key }),
  end: () => undefined,
})

function walked(text: string | Buffer, visitorOf = whole, size = text.length) {
  const values: unknown[] = []
  const walk = createJsonWalk(visitorOf(values))
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) walk.take(bytes.subarray(at, at + size))
  return { values, whole: walk.finish() }
}

const entries = (values: unknown[]): JsonVisitor => {
  let depth = 0
  return {
    ...whole(values),
    begin: () => (depth++ === 0 ? 'enter' : 'whole'),
    value: (key, value) => void values.push([key, value]),
  }
}

t.test('a value is what JSON.parse makes of it, wherever the text is cut into pieces', async t => {
  const value = {
    'ключ "q" \\ 🙂': [1, -1.5, 1e3, true, false, null, '', 'Zoë \u0000 \\u0041 \ud83d'],
    nested: { a: [[], {}, [{ b: [] }]] },
    __proto__: 1,
  }
  for (const text of [
    JSON.stringify(value),
    JSON.stringify(value, null, 2),
    '[]',
    '{}',
    '"x"',
    '{"__proto__":{"a":1}}',
  ])
    for (const size of [1, 2, 3, 7, 1000])
      t.same(walked(text, whole, size), { values: [JSON.parse(text)], whole: true }, `${text.slice(0, 20)} ${size}`)
  t.same(walked('[3400000000000000001,42]').values, [['3400000000000000001', 42]])
  t.same(walked('7').values, [7])
})

t.test('what is no JSON is refused, what ends early is not whole', async t => {
  for (const text of [
    '{"a" 1}',
    '[1 2]',
    '[1,]',
    '{,}',
    '{"a":1,}',
    '[}',
    '{]',
    '[] []',
    '<html>',
    'nul!',
    '{"a":,}',
    ':',
  ])
    t.throws(() => walked(text), text)
  t.throws(() => walked(`[${'1'.repeat(10_000)}]`))
  for (const text of ['', '[', '{"a":1', '["', '[1,2', '{"a"']) t.notOk(walked(text).whole, text)
})

t.test('entries come one by one, each with its name or number', async t => {
  t.same(walked('{"a":1,"b":[2],"c":{}}', entries).values, [
    ['a', 1],
    ['b', [2]],
    ['c', {}],
  ])
})

t.test('what is passed over is not looked at, however deep it is', async t => {
  const seen: unknown[] = []
  const skipping = (values: unknown[]): JsonVisitor => ({
    ...entries(values),
    begin: (key: JsonKey) => (key === null ? 'enter' : 'skip'),
  })
  const deep = `${'{"x":['.repeat(100_000)}${']}'.repeat(100_000)}`
  t.same(walked(`{"a":${deep},"b":1,"c":[{}],"d":2}`, skipping), {
    values: [
      ['b', 1],
      ['d', 2],
    ],
    whole: true,
  })
  t.same(seen, [])
})

t.test('what nests too deeply or is too large costs itself, not what stands beside it', async t => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  t.same(walked(`[1,${deep(64)},2]`, entries).values.length, 3)
  t.same(walked(`[1,${deep(65)},2]`, entries), { values: [[0, 1], { tooLarge: 1 }, [2, 2]], whole: true })
  const long = 'ü\\n\\u00e9"'.slice(0, -1).repeat(400_000)
  for (const size of [999, 1_000_003])
    t.same(walked(`["a","${long}",{"b":["${long}"],"c":1},"\\\\",{"${long}":1},"d"]`, entries, size), {
      values: [[0, 'a'], { tooLarge: 1 }, [2, { b: [null], c: 1 }], [3, '\\'], { tooLarge: 4 }, [5, 'd']],
      whole: true,
    })
  const many = `[${'{"id":1},'.repeat(1_000_000)}{}]`
  t.same(walked(`{"a":${many},"b":1}`, entries), { values: [{ tooLarge: 'a' }, ['b', 1]], whole: true })
})

t.test('what a visitor throws is thrown', async t => {
  t.throws(
    () =>
      walked('[1]', () => ({
        ...whole([]),
        value() {
          throw new Error('enough')
        },
      })),
    /enough/,
  )
})
