import t from 'tap'
import { importPace } from './import-pace.ts'

const { signal } = new AbortController()

t.test('an import waits for the projector when too many people are ahead of it, and goes on as it follows', async t => {
  let folded = 0
  const pace = importPace({ foldedTo: async () => folded, peopleAheadMax: 500, patienceMs: 60_000, signal })
  pace.appended(10, 400)
  await pace.ready()
  pace.appended(11, 400)
  let isReady = false
  const waiting = pace.ready().then(() => {
    isReady = true
  })
  await new Promise(resolve => setTimeout(resolve, 150))
  t.notOk(isReady)
  folded = 11
  await waiting
  t.ok(isReady, 'the first is folded')
})

t.test('a projector that does not move holds an import up only for so long, and then no more', async t => {
  const pace = importPace({ foldedTo: async () => null, peopleAheadMax: 1, patienceMs: 100, signal })
  pace.appended(1, 400)
  await pace.ready()
  const since = performance.now()
  for (let turn = 0; turn < 20; turn++) await pace.ready()
  t.ok(performance.now() - since < 100, 'patience is lost once, not at each batch')
})

t.test('an import that ends waits for nothing', async t => {
  const over = new AbortController()
  const pace = importPace({ foldedTo: async () => null, peopleAheadMax: 1, patienceMs: 60_000, signal: over.signal })
  pace.appended(1, 400)
  setTimeout(() => over.abort(), 20)
  const since = performance.now()
  await pace.ready()
  t.ok(performance.now() - since < 10_000)
})
