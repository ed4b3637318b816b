import t from 'tap'
import { readFields, readList, readLists } from './company-metadata.ts'

t.test('a list comes out flat, every id as text, every item with its parent', async t => {
  const items = [
    {
      id: '1',
      value: 'Sales',
      name: 'Sales',
      archived: false,
      children: [{ id: '2', value: 'Operations', name: 'Operations', archived: true, children: [] }],
    },
    { id: '3', value: 'Operations', name: 'Operations', archived: false },
    { id: 2606110, value: 'London' },
  ]
  const expected = [
    { id: '1', name: 'Sales', archived: false, parent: null },
    { id: '2', name: 'Operations', archived: true, parent: '1' },
    { id: '3', name: 'Operations', archived: false, parent: null },
    { id: '2606110', name: 'London', archived: false, parent: null },
  ]
  t.same(readLists({ lists: [{ name: 'department', items }] }), [{ name: 'department', items: expected }])
  t.same(readList({ name: 'department', values: items, items }), { name: 'department', items: expected })
  t.same(readList({ name: 'department', values: items }), { name: 'department', items: expected })
})

t.test('a list of which an item cannot be read is not known at all', async t => {
  t.equal(readList({ name: 'x', items: [{ id: '1' }, { name: 'no id' }] }), null)
  t.equal(readList({ name: 'x', items: [{ id: '1', children: [{ id: null }] }] }), null)
  t.equal(readLists({ lists: [{ name: 'x', items: [{ id: '' }] }] }), null)
  for (const value of [null, [], {}, { lists: {} }, { lists: [{}] }, 'x']) t.equal(readLists(value), null)
})

t.test('the field catalogue is read bare and wrapped', async t => {
  const entries = [
    {
      id: 'work.title',
      category: 'work',
      name: 'Job title',
      type: 'list',
      typeData: { listId: 'title' },
      historical: true,
    },
    { id: 'root.email', name: 'Email', type: 'text', typeData: {}, description: null },
  ]
  const expected = [
    { id: 'work.title', name: 'Job title', category: 'work', type: 'list', listId: 'title', historical: true },
    { id: 'root.email', name: 'Email', category: null, type: 'text', listId: null, historical: false },
  ]
  t.same(readFields(entries), expected)
  t.same(readFields({ fields: entries }), expected)
  for (const value of [null, {}, { fields: {} }, [{}], 'x']) t.equal(readFields(value), null)
})
