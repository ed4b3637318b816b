import fc from 'fast-check'
import t from 'tap'
import { jsonFrom } from './json-text.ts'

const problemsOf = (text: string) => {
  const read = jsonFrom(text)
  return 'problems' in read ? read.problems : []
}

t.test('JSON is read as JSON.parse reads it, and nothing else is', async t => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent)
      return JSON.stringify(jsonFrom(text)) === JSON.stringify({ value: JSON.parse(text) })
    }),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[[\]{}":,0-9eE.+\-\\ truefalsn\n]{0,12}$/), text => {
      const read = jsonFrom(text)
      try {
        JSON.parse(text)
        return 'value' in read || read.problems.every(({ message }) => message.includes('twice'))
      } catch {
        return 'problems' in read
      }
    }),
    { numRuns: 3000 },
  )
  t.same(jsonFrom(`"${'x'.repeat(1_000_000)}"`), { value: 'x'.repeat(1_000_000) })
})

t.test('a key that is given twice is named with its path and both places, at any depth', async t => {
  t.same(problemsOf('{\n  "a": 1,\n  "b": 2,\n  "a": 3\n}'), [
    {
      path: '',
      place: 'line 4, column 3',
      message: 'the key "a" is given twice, first at line 2, column 3: remove one',
    },
  ])
  t.match(problemsOf('{"fields": {"a/b": [0, {"x": 1, "y": {"k": 1, "k": 2}, "\\u0078": 3}]}}'), [
    { path: '/fields/a~1b/1/y', message: /"k" is given twice/ },
    { path: '/fields/a~1b/1', message: /"x" is given twice/ },
  ])
  t.match(problemsOf('{"table": {"Zo\u00eb": 1, "Zoe\u0308": 2}}'), [
    { path: '/table', message: /another Unicode form/ },
  ])
  t.match(problemsOf('{"__proto__": 1, "__proto__": 2}'), [{ message: /twice/ }])
})

t.test('what JSON does not have is named for what it is, with its place', async t => {
  for (const [text, place, message] of [
    ['{\n  // why\n  "a": 1}', 'line 2, column 3', /no comments/],
    ['{"a": 1 /* why */}', 'line 1, column 9', /no comments/],
    ['{"a": 1 # why\n}', 'line 1, column 9', /no comments/],
    ['{"a": 1,}', 'line 1, column 9', /comma stands before the end/],
    ['[1,\r\n]', 'line 2, column 1', /comma stands before the end/],
    ['{"a": NaN}', 'line 1, column 7', /no NaN/],
    ['[-Infinity]', 'line 1, column 2', /no NaN/],
    ['{"a": True}', 'line 1, column 7', /small letters/],
    ["{'a': 1}", 'line 1, column 2', /double quotes/],
    ['{“a”: 1}', 'line 1, column 2', /straight double quotes/],
    ['{a: 1}', 'line 1, column 2', /double quotes/],
    ['[01]', 'line 1, column 2', /a number/],
    ['[.5]', 'line 1, column 2', /a number/],
    ['{"a": "b\nc"}', 'line 1, column 7', /line ends as \\n/],
    ['{"a": "C:\\dir"}', 'line 1, column 7', /“\\” as \\\\/],
    ['{"a": 1', 'line 1, column 8', /ends too early/],
    ['{"a" 1}', 'line 1, column 6', /a colon is expected/],
    ['{"a": 1 "b": 2}', 'line 1, column 9', /a comma or “}” is expected/],
    ['{} {}', 'line 1, column 4', /the end is expected/],
    ['{\u00a0"a": 1}', 'line 1, column 2', /no-break space/],
    ['['.repeat(200), 'line 1, column 102', /100 levels/],
  ] as [string, string, RegExp][])
    t.match(problemsOf(text), [{ place, message }], text.slice(0, 20))
})
