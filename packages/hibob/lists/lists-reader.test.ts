import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { shapeNotes } from '../shape-note.ts'
import { createListsReader, type ListsAnswer } from './lists-reader.ts'

const wantedNames = ['department', 'site', 'title']

function read(text: string, { wanted = wantedNames, asked = null as string | null, size = 50 } = {}): ListsAnswer {
  const reader = createListsReader({ wanted: new Set(wanted), asked }, shapeNotes('GET /company/named-lists'))
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size))
  const answer = reader.finish()
  if (answer.kind !== 'ok') throw new Error(`${answer.path} ${answer.found}`)
  return answer
}

const readJson = (value: unknown, options = {}) => read(JSON.stringify(value), options)
const caseFile = (name: string) => readFileSync(resolve(import.meta.dirname, '../../../test/cases', name), 'utf8')
const item = (id: string, name: string | null, more = {}) => ({ id, name, archived: false, parent: null, ...more })

const expected = [
  {
    name: 'department',
    items: [item('910001', 'Research'), item('910002', 'Sales'), item('910003', 'Sales North', { parent: '910002' })],
  },
  { name: 'site', items: [item('77001', 'Harbour House')] },
  { name: 'title', items: [item('920001', 'Analyst')] },
]

t.test('lists are the same keyed by name, in a bare array, and under `lists`, wherever the answer is cut', async t => {
  const keyed = caseFile('named-lists-keyed.json')
  const array = caseFile('named-lists-array.json')
  const shapes = [keyed, array, `{"lists":${array}}`, `{"lists":${keyed}}`, `{"total":4,"lists":${array},"next":null}`]
  for (const shape of shapes)
    for (const size of [1, 7, 100_000]) t.same(read(shape, { size }), { kind: 'ok', lists: expected, notes: [] })
  t.same(
    read(keyed, { wanted: ['work.column_1700000000001'] }).lists.map(({ name }) => name),
    ['work.column_1700000000001'],
  )
})

t.test(
  'a list’s name is its `name`, or its key where that is missing or no text, in whatever order they come',
  async t => {
    const items = [{ id: '1', name: 'One' }]
    const found = [{ name: 'site', items: [item('1', 'One')] }]
    for (const answer of [
      { site: { items } },
      { site: { name: null, items } },
      { site: { items, name: 7 } },
      { site: { name: '', values: items } },
      { x1: { name: 'site', items } },
      { x1: { values: items, name: 'site' } },
      { x1: { items, name: ['site'] } },
      [{ items, name: 'site' }],
      { site: items },
      { lists: { name: 'lists', items: [{ id: '9' }] }, site: { items } },
    ])
      t.same(readJson(answer, { wanted: ['site'] }), { kind: 'ok', lists: found, notes: [] }, JSON.stringify(answer))
    t.same(readJson({ site: { name: 'grade', items }, x1: { name: 'site', items: [{ id: '2' }] } }).lists, [
      { name: 'site', items: [item('2', null)] },
    ])
    t.same(readJson({ site: { name: 'Sites', items } }).lists, found, 'the key stands in where no list has the name')
    t.same(readJson({ lists: { name: 'lists', items } }, { wanted: ['lists'] }).lists.length, 1)
  },
)

t.test('a single list is read alone, keyed, in an array of one, and as its bare items', async t => {
  const items = [{ id: '1', value: 'One', children: [{ id: 2, name: 'Two' }] }]
  const found = [{ name: 'site', items: [item('1', 'One'), item('2', 'Two', { parent: '1' })] }]
  for (const answer of [
    { name: 'site', values: items, items },
    { items, name: 'Site', id: 7 },
    { values: items },
    { site: { name: 'site', items } },
    [{ name: 'site', items }],
    [{ values: items }],
    { lists: [{ name: 'site', items }] },
    items,
    [...items, ...items],
  ])
    t.same(
      readJson(answer, { wanted: ['site'], asked: 'site' }),
      { kind: 'ok', lists: found, notes: [] },
      JSON.stringify(answer),
    )
  for (const answer of [
    {},
    [],
    { lists: [] },
    { error: 'x' },
    { other: { items } },
    [{ name: 'other', items }],
    [{}, 'x'],
  ])
    t.same(readJson(answer, { wanted: ['site'], asked: 'site' }).lists, [], JSON.stringify(answer))
})

t.test('items stand under `values` and under `items`; of the same id the first counts, nested ones too', async t => {
  const answer = {
    site: {
      values: [
        { id: 1, value: 'One' },
        { id: '2', name: 'Two', children: [{ id: 3 }] },
      ],
      items: [
        { id: '1', name: 'Uno' },
        { id: 4, children: [{ id: 3 }] },
      ],
    },
  }
  t.same(readJson(answer).lists[0]?.items, [
    item('1', 'One'),
    item('2', 'Two'),
    item('3', null, { parent: '2' }),
    item('4', null),
  ])
  t.same(
    readJson([
      { name: 'site', items: [{ id: 1 }] },
      { name: 'site', items: [{ id: 2 }, { id: 1, name: 'x' }] },
    ]).lists,
    [{ name: 'site', items: [item('1', null), item('2', null)] }],
  )
})

t.test(
  'ids are integers with every digit, texts, or lists of one; names may be numbers; blank ones are none',
  async t => {
    const text = `{"site":{"items":[{"id":3400000000000000001,"name":7},{"id":["a"],"name":["A"]},{"id":" b ","name":" "},
    {"id":"c","name":"","value":"C"},{"id":5,"value":true,"archived":"true"},{"id":6,"name":"\\ud800","archived":null,"children":null}]}}`
    t.same(read(text), {
      kind: 'ok',
      lists: [
        {
          name: 'site',
          items: [
            item('3400000000000000001', '7'),
            item('a', 'A'),
            item('b', null),
            item('c', 'C'),
            item('5', 'true', { archived: true }),
            item('6', '\ufffd'),
          ],
        },
      ],
      notes: [],
    })
  },
)

t.test('an odd item costs that item, an odd list that list, of foreign lists too, and each is noted', async t => {
  const answer = {
    site: {
      items: [
        null,
        { id: '1', name: {} },
        { name: 'no id' },
        'x',
        { id: 1.5, children: [{ id: '2' }] },
        [7],
        { id: '3', children: 'x' },
      ],
    },
    grade: { items: [{ id: null }, { id: null }] },
    absent: null,
    text: 'private',
    without: { name: 'without' },
    odd: { items: 'private', values: {} },
    title: { items: null, values: [{ id: '4' }] },
  }
  const { lists, notes } = readJson(answer)
  t.same(lists, [
    { name: 'site', items: [item('1', null), item('2', null), item('3', null)] },
    { name: 'title', items: [item('4', null)] },
  ])
  t.same(
    notes.map(({ path, expected, found, count }) => [path, expected, found, count]),
    [
      ['$.site.items[0]', 'an item', 'null', 3],
      ['$.site.items[1].name', 'a text', 'object', 1],
      ['$.site.items[2].id', 'an id', 'nothing', 2],
      ['$.site.items[6].children', 'a list', 'text', 1],
      ['$.grade.items[0].id', 'an id', 'null', 2],
      ['$.without', 'an object with items', 'object', 1],
      ['$.odd.items', 'a list', 'text', 1],
      ['$.odd.values', 'a list', 'object', 1],
      ['$.odd', 'an object with items', 'object', 1],
      ['$.absent', 'a list', 'null', 1],
      ['$.text', 'a list', 'text', 1],
    ],
  )
  t.notMatch(JSON.stringify(notes), /private/)
  t.match(readJson([null, 7, [], { items: [] }, { name: 'site', items: [{ id: 1 }] }]), {
    lists: [{ name: 'site' }],
    notes: [
      { path: '$[0]', found: 'null', count: 3 },
      { path: '$[3].name', found: 'nothing' },
    ],
  })
  t.same(read(caseFile('named-lists-odd-item.json')).lists, [
    { name: 'department', items: [item('910001', 'Research')] },
  ])
})

t.test('an answer that is no lists at all is told, one without lists is empty', async t => {
  for (const text of ['7', '"x"', 'null', '{"site":{"items":[', '', '[']) t.throws(() => read(text), text)
  for (const text of ['{}', '[]', '{"lists":[]}', '{"lists":{}}'])
    t.same(read(text), { kind: 'ok', lists: [], notes: [] })
  t.match(read('{"lists":null}'), { lists: [], notes: [{ path: '$.lists', expected: 'a list', found: 'null' }] })
  t.throws(() => read('<html>'))
})

t.test('what nests too deeply costs that item', async t => {
  const deep = `${'{"id":"1","children":['.repeat(1000)}${']}'.repeat(1000)}`
  t.match(read(`{"site":{"items":[${deep},{"id":"2"}]}}`), {
    lists: [{ name: 'site', items: [item('2', null)] }],
    notes: [{ path: '$.site.items[0]', found: 'a larger one', count: 1 }],
  })
})
