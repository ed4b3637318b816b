import fc from 'fast-check'
import t from 'tap'
import { listEvents, pagesOf } from './list-events.ts'

const item = (id: number, name = `Item ${id}`) => ({ id: String(id), name, archived: false, parent: null })
const stamp = { nextId: () => 'id', time: '2026-11-24T12:00:00.000Z' }
const asOf = { offset: 7, takeover: 1, request: 3 }

t.test('A list is told in pages under 256 KiB, each naming its place among them', async t => {
  const items = Array.from({ length: 5000 }, (_, index) => item(index, `Département ${'é'.repeat(60)} ${index}`))
  const events = listEvents({ tenantId: 'acme', list: 'department', items, asOf }, stamp)
  t.ok(events.length > 1)
  for (const [index, event] of events.entries()) {
    t.ok(Buffer.byteLength(JSON.stringify(event)) <= 256 * 1024)
    t.match(event.data, { list: 'department', asOf, page: index + 1, pages: events.length })
  }
  t.same(
    events.flatMap(({ data }) => data.items),
    items,
  )
})

t.test('An empty list is told too', async t => {
  const [event, ...others] = listEvents({ tenantId: 'acme', list: 'site', items: [], asOf }, stamp)
  t.same(others, [])
  t.match(event, { type: 'hibob.lists.observed', tenantid: 'acme', data: { items: [], page: 1, pages: 1 } })
})

t.test('Paging loses, repeats and reorders nothing, and no page is empty or too large for its items', async t => {
  const holds = () =>
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 80 }), { maxLength: 60 }), names => {
        const items = names.map((name, index) => item(index, name))
        const pages = pagesOf(items, 400)
        const whole = pages.every(page => page.length === 1 || Buffer.byteLength(JSON.stringify(page)) <= 402)
        return (
          whole &&
          (items.length === 0 || pages.every(page => page.length > 0)) &&
          JSON.stringify(pages.flat()) === JSON.stringify(items)
        )
      }),
    )
  t.doesNotThrow(holds)
})
