import t from 'tap'
import { readFields } from './field-catalogue.ts'
import { shapeNotes } from './shape-note.ts'

const entries = [
  {
    id: 'work.title',
    category: 'work',
    categoryDisplayName: 'Work',
    name: 'Job title',
    type: 'list',
    typeData: { listId: 'title' },
    historical: true,
  },
  { id: 'root.email', name: 'Email', type: 'text', typeData: {}, description: null },
]
const expected = [
  {
    id: 'work.title',
    name: 'Job title',
    category: 'work',
    categoryName: 'Work',
    type: 'list',
    listId: 'title',
    historical: true,
  },
  {
    id: 'root.email',
    name: 'Email',
    category: null,
    categoryName: null,
    type: 'text',
    listId: null,
    historical: false,
  },
]
const notes = () => shapeNotes('GET /company/people/fields')

t.test('the field catalogue is read bare, wrapped and keyed by id', async t => {
  const keyed = Object.fromEntries(entries.map(({ id, ...entry }) => [id, entry]))
  for (const answer of [entries, { fields: entries }, keyed, { fields: keyed }])
    t.same(readFields(answer, notes()), expected)
  t.same(readFields([], notes()), [])
  t.same(readFields({}, notes()), [])
})

t.test('an odd entry costs that entry, an odd part of one that part', async t => {
  const found = notes()
  const odd = [
    null,
    { name: 'no id' },
    'private',
    [],
    ...entries,
    { id: 7, name: 7, typeData: [], type: {}, historical: 'x' },
  ]
  t.same(readFields(odd, found), [
    ...expected,
    { id: '7', name: null, category: null, categoryName: null, type: null, listId: null, historical: false },
  ])
  t.match(found.found(), [{ path: '$[0]', expected: 'an object with an id', found: 'null', count: 4 }])
})

t.test('what is no catalogue says where and what it is', async t => {
  for (const [answer, path, found] of [
    [null, '$', 'null'],
    ['private', '$', 'text'],
    [7, '$', 'number'],
    [{ error: 'private', message: 'private' }, '$', 'object'],
    [{ fields: ['private'] }, '$.fields', 'list'],
  ] as const)
    t.match(readFields(answer, notes()), { kind: 'odd_shape', path, found })
})
