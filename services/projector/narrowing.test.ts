import { startOf } from '@hibob-sync/domain'
import t from 'tap'
import { narrowing } from './narrowing.ts'

const most = 400
const fault = 'MongoServerError 10334'

t.test('a batch is halved down to one event, which is then folded in slices', async t => {
  const narrow = narrowing()
  t.equal(narrow.nextEvents(most), most)
  const tried: number[] = []
  for (let size = most; !narrow.isSliced(startOf(7)); ) {
    narrow.refused({ from: startOf(7), size, sliced: false, fault })
    if (narrow.isSliced(startOf(7))) break
    size = narrow.nextEvents(most)
    tried.push(size)
  }
  t.same(tried, [200, 100, 50, 25, 12, 6, 3, 1])
  t.notOk(narrow.isSliced(startOf(8)), 'and no other')
})

t.test('a slice is halved down to one document, which is parked where it was refused', async t => {
  const narrow = narrowing()
  const from = { offset: 7, step: 3, after: 'users:acme/1/4' }
  narrow.refused({ from, size: 5, sliced: true, fault })
  t.equal(narrow.nextDocuments(most), 2)
  narrow.refused({ from, size: 2, sliced: true, fault })
  t.equal(narrow.nextDocuments(most), 1)
  t.equal(narrow.refusedAlone(from), null)
  narrow.refused({ from, size: 1, sliced: true, fault })
  t.equal(narrow.refusedAlone({ ...from }), fault)
  t.equal(narrow.refusedAlone({ ...from, step: 4 }), null)
  t.equal(narrow.refusedAlone({ ...from, after: 'users:acme/1/5' }), null)
  t.equal(narrow.nextDocuments(most), 1)
})

t.test('what follows a refusal grows again to the usual', async t => {
  const narrow = narrowing()
  narrow.refused({ from: startOf(7), size: 6, sliced: false, fault })
  t.same(
    Array.from({ length: 8 }, () => narrow.nextEvents(most)),
    [3, 6, 12, 24, 48, 96, 192, 384],
  )
  t.equal(narrow.nextEvents(most), most)
})
