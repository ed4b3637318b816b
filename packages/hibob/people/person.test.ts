import t from 'tap'
import { parseJson } from '../json-text.ts'
import { shapeNotes } from '../shape-note.ts'
import { readPerson } from './person.ts'

const id = '3400000000000000001'
const row = {
  id,
  '/root/id': { value: id },
  firstName: 'Ada',
  displayName: 'Ada Example',
  email: null,
  '/work/startDate': { value: '2026-09-06' },
  work: {
    title: '251870122',
    department: null,
    site: 'London',
    siteId: 2606110,
    startDate: '2026-09-06',
    manager: '3400000000000000002',
    reportsTo: { id: '3400000000000000002', displayName: 'Bo Manager', firstName: 'Bo', email: 'bo@example.com' },
    custom: { field_1698036945383: ['77'] },
  },
  internal: { lifecycleStatus: 'Employed', terminationDate: null },
  humanReadable: {
    displayName: 'Ada Example',
    firstName: 'Ada',
    work: {
      title: 'Engineer',
      site: 'London',
      siteId: 'London',
      startDate: '06/09/2026',
      reportsTo: 'Bo Manager',
      department: '',
    },
  },
}

t.test('values are HiBob’s machine values, from the nested form', async t => {
  const paths = [
    'root.id',
    'root.firstName',
    'work.title',
    'work.siteId',
    'work.startDate',
    'work.custom.field_1698036945383',
  ]
  t.same(readPerson(row, paths)?.fields, {
    'root.id': id,
    'root.firstName': 'Ada',
    'work.title': '251870122',
    'work.siteId': 2606110,
    'work.startDate': '2026-09-06',
    'work.custom.field_1698036945383': ['77'],
  })
})

t.test('a field that is empty is null, and one that is not shown is absent', async t => {
  const person = readPerson(row, [
    'work.secret',
    'root.email',
    'work.department',
    'internal.terminationDate',
    'about.me',
  ])
  t.same(person?.fields, { 'root.email': null, 'work.department': null, 'internal.terminationDate': null })
  t.same(person?.absent, ['about.me', 'work.secret'])
})

t.test('a section that comes as a list of one is read as that one', async t => {
  const listed = {
    ...row,
    work: [row.work],
    internal: [row.internal],
    humanReadable: { work: [row.humanReadable.work] },
  }
  const paths = ['work.title', 'work.custom.field_1698036945383', 'internal.lifecycleStatus', 'work.reportsTo']
  t.same(readPerson(listed, paths), readPerson(row, paths))
  const two = { ...row, work: [row.work, row.work] }
  t.same(readPerson(two, ['work.title'])?.absent, ['work.title'], 'of two nothing is guessed')
})

t.test('slash keys stand in where the nested form is missing, and never over a null', async t => {
  const person = readPerson(
    {
      '/root/id': { value: id },
      '/work/title': { value: '5' },
      '/work/site': { value: 'Leeds' },
      work: { site: null },
    },
    ['work.title', 'work.site'],
  )
  t.match(person, { id, fields: { 'work.title': '5', 'work.site': null }, absent: [] })
})

t.test('of the manager only the id is taken', async t => {
  const person = readPerson(row, ['work.reportsTo'])
  t.same(person?.fields, { 'work.reportsTo': '3400000000000000002' })
  t.same(person?.labels, {})
  t.notMatch(JSON.stringify(readPerson({ id, work: { deputy: row.work.reportsTo } }, ['work.deputy'])), /Bo|bo@/)
})

t.test('the manager’s id comes from work.manager when work.reportsTo is not shown', async t => {
  const managerOf = (work: unknown) => readPerson({ id, work }, ['work.reportsTo'])
  t.same(managerOf({ manager: '2' })?.fields, { 'work.reportsTo': '2' })
  t.same(managerOf({ manager: null })?.fields, { 'work.reportsTo': null })
  t.same(managerOf({ reportsTo: null, manager: '2' })?.fields, { 'work.reportsTo': null })
  t.same(managerOf({ reportsTo: { displayName: 'Bo', email: 'b@x' }, manager: '2' })?.fields, { 'work.reportsTo': '2' })
  t.same(managerOf({ reportsTo: '2' })?.fields, { 'work.reportsTo': '2' })
  t.same(managerOf({})?.absent, ['work.reportsTo'])
})

t.test('labels are of list items, and never of what is empty, a date or somebody else', async t => {
  const person = readPerson(row, [
    'root.id',
    'root.firstName',
    'work.title',
    'work.site',
    'work.siteId',
    'work.department',
    'work.startDate',
    'work.reportsTo',
  ])
  t.same(person?.labels, { 'work.title': 'Engineer', 'work.site': 'London', 'work.siteId': 'London' })
  t.same(readPerson({ ...row, humanReadable: null }, ['work.title'])?.labels, {})
})

t.test('the label of a list with one item is that item’s, whether it comes in a list or not', async t => {
  const path = 'work.custom.field_1698036945383'
  const labelled = (label: unknown) => ({ ...row, humanReadable: { work: { custom: { field_1698036945383: label } } } })
  t.same(readPerson(labelled(['Cost code']), [path])?.labels, { [path]: 'Cost code' })
  t.same(readPerson(labelled('Cost code'), [path])?.labels, { [path]: 'Cost code' })
  t.same(readPerson(labelled(['One', 'Two']), [path])?.labels, {})
})

t.test('ids are text, with every digit', async t => {
  const read = (json: string) => readPerson(parseJson(json), ['root.id', 'work.reportsTo', 'work.siteId'])
  t.match(read('{"id":3400000000000000380,"work":{"reportsTo":{"id":3400000000000000381,"email":"x"},"siteId":12}}'), {
    id: '3400000000000000380',
    fields: { 'root.id': '3400000000000000380', 'work.reportsTo': '3400000000000000381', 'work.siteId': 12 },
  })
  t.match(read('{"id":7,"work":{"reportsTo":8}}'), { id: '7', fields: { 'root.id': '7', 'work.reportsTo': '8' } })
})

t.test('the manager is an object, an id, a list of one of these, or nobody', async t => {
  const managerOf = (reportsTo: unknown) => readPerson({ id, work: { reportsTo } }, ['work.reportsTo'])?.fields
  for (const shown of ['2', 2, ' 2 ', ['2'], { id: '2' }, { id: 2 }, { id: ['2'] }, [{ id: '2' }], { value: '2' }])
    t.same(managerOf(shown), { 'work.reportsTo': '2' }, JSON.stringify(shown))
  for (const shown of [null, '', ' ', [], [null], { value: null }])
    t.same(managerOf(shown), { 'work.reportsTo': null }, JSON.stringify(shown))
  t.same(managerOf(['2', '3']), { 'work.reportsTo': ['2', '3'] }, 'left to whoever knows what to do with two')
})

t.test('a manager who cannot be made out is noted, and nothing of them is taken', async t => {
  for (const shown of ['Bo Manager', { displayName: 'Bo', email: 'bo@x' }, { id: null }, {}]) {
    const notes = shapeNotes('POST /people/search')
    const person = readPerson({ id, work: { reportsTo: shown } }, ['work.reportsTo'], { path: '$.employees[4]', notes })
    t.same(person?.absent, ['work.reportsTo'])
    t.match(notes.found(), [{ path: '$.employees[4].work.reportsTo', expected: 'a person, an id or null' }])
    t.notMatch(JSON.stringify([person, notes.found()]), /Bo|bo@/)
  }
})

t.test('an id is found wherever HiBob puts it, as a number, a text or a list of one', async t => {
  for (const shown of [7, '7', ' 7 ', ['7']])
    for (const row of [
      { id: shown },
      { root: { id: shown } },
      { '/root/id': { value: shown } },
      { '/root/id': shown },
      { 'root.id': shown },
      { id: null, '/root/id': { value: shown } },
    ])
      t.match(readPerson(row, ['root.id']), { id: '7', fields: { 'root.id': '7' } }, JSON.stringify(row))
})

t.test('labels that are none cost nothing', async t => {
  for (const humanReadable of [undefined, null, [], 'x', 7, { work: null }, { work: [] }])
    t.same(readPerson({ ...row, humanReadable }, ['work.title']), {
      id,
      fields: { 'work.title': '251870122' },
      labels: {},
      absent: [],
    })
})

t.test('a row without a usable id is nobody', async t => {
  for (const id of [undefined, null, '', 'ada@example.com', 1.5, {}, 2 ** 60])
    t.equal(readPerson({ id, firstName: 'Ada' }, ['root.firstName']), null, String(id))
  for (const row of [null, [], 'x', 5]) t.equal(readPerson(row, []), null)
})

t.test('what no event can hold is shown as absent or made harmless', async t => {
  const deep = JSON.parse(`${'['.repeat(60)}${']'.repeat(60)}`)
  const person = readPerson(JSON.parse('{"id":"1","work":{"a":1e999,"b":"\\ud800"}}'), ['work.a', 'work.b'])
  t.same(person?.fields, { 'work.b': '\ufffd' })
  t.same(person?.absent, ['work.a'])
  t.doesNotThrow(() => JSON.stringify(readPerson({ id: '1', work: { deep } }, ['work.deep'])))
})

t.test('a text without end costs itself', async t => {
  const endless = { ...row, firstName: 'x'.repeat(1024 * 1024 + 1) }
  t.match(readPerson(endless, ['root.firstName', 'work.title']), {
    absent: ['root.firstName'],
    fields: { 'work.title': '251870122' },
  })
})

t.test('paths that name a prototype find nothing', async t => {
  const paths = ['root.constructor', 'work.__proto__', 'work.toString', '__proto__.polluted', 'root.__proto__']
  t.same(readPerson({ id, work: {} }, paths), { id, fields: {}, labels: {}, absent: [...paths].sort() })
})
