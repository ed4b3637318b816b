import t from 'tap'
import { oddShape, pathOf, shapeNotes, typeName } from './shape-note.ts'

t.test('the same place in every item is one note, with the first place and how many there are', async t => {
  const notes = shapeNotes('GET /company/named-lists')
  for (const [at, value] of [null, 7, 'x'].entries()) notes.odd(`$.site.items[${at + 3}].id`, 'an id', value)
  notes.odd('$.site.items[3].name', 'a text', {})
  t.same(notes.found(), [
    { endpoint: 'GET /company/named-lists', path: '$.site.items[3].id', expected: 'an id', found: 'null', count: 3 },
    {
      endpoint: 'GET /company/named-lists',
      path: '$.site.items[3].name',
      expected: 'a text',
      found: 'object',
      count: 1,
    },
  ])
})

t.test('an answer has at most twenty notes, however odd it is', async t => {
  const notes = shapeNotes('GET /x')
  for (let at = 0; at < 1000; at++) notes.odd(`$.list${at}`, 'a list', null)
  t.equal(notes.found().length, 20)
})

t.test('a type is named, never a value', async t => {
  const found = [undefined, null, true, 7, 1.5, 'private', ' ', [], {}].map(typeName)
  t.same(found, ['nothing', 'null', 'boolean', 'number', 'decimal number', 'text', 'empty text', 'list', 'object'])
  t.same(oddShape('$', 'a list', 'private'), { kind: 'odd_shape', path: '$', expected: 'a list', found: 'text' })
})

t.test('a key that may be somebody’s is not part of a path', async t => {
  t.equal(pathOf('$', 'department'), '$.department')
  t.equal(pathOf('$', 'work.column_17'), '$["work.column_17"]')
  t.equal(pathOf('$', 'ada@example.com'), '$[*]')
  t.equal(pathOf('$', 'x'.repeat(65)), '$[*]')
})
