import t from 'tap'
import { tableEntryOf } from './table-entry.ts'
import { parseWebhook } from './webhook.ts'

const entryOf = (data: unknown) =>
  tableEntryOf(parseWebhook(Buffer.from(JSON.stringify({ type: 'table.entry.created', data }))))

t.test('a table row tells its table and the date from which it holds, or its id', async t => {
  t.same(entryOf({ employeeId: '1', tableId: 'work', effectiveDate: '2026-12-01' }), {
    tableId: 'work',
    effectiveDate: '2026-12-01',
    rowId: null,
  })
  t.same(entryOf({ tableId: 'bankAccounts', id: 5501 }), {
    tableId: 'bankAccounts',
    effectiveDate: null,
    rowId: '5501',
  })
  t.same(entryOf({ tableId: 'work', effectiveDate: 'soon', id: null }), {
    tableId: 'work',
    effectiveDate: null,
    rowId: null,
  })
})

t.test('of an effective date with a time the date counts, and what is no date counts as none', async t => {
  const dateOf = (effectiveDate: unknown) => entryOf({ tableId: 'work', effectiveDate })?.effectiveDate
  t.equal(dateOf('2026-12-01T00:00:00'), '2026-12-01')
  for (const odd of ['01/12/2026', '2026-12-011', '', 20261201, null, ['2026-12-01']]) t.equal(dateOf(odd), null)
})

t.test('a body that begins with a byte order mark is read', async t => {
  const body = '\ufeff{"type":"table.entry.created","data":{"tableId":"work","effectiveDate":"2026-12-01"}}'
  t.match(tableEntryOf(parseWebhook(Buffer.from(body))), { tableId: 'work', effectiveDate: '2026-12-01' })
})

t.test('everything else is no table row, and nothing throws', async t => {
  t.equal(entryOf({ employeeId: '1' }), null)
  t.equal(entryOf(null), null)
  t.equal(entryOf('text'), null)
  t.equal(tableEntryOf({ bodyBase64: '//8=' }), null)
  t.equal(tableEntryOf({ body: '['.repeat(1_000_000) }), null)
  t.equal(tableEntryOf({ body: 'null' }), null)
})
