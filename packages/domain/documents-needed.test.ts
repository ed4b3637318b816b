import t from 'tap'
import { decodeEvent, documentsNeeded, type Loaded, projectBatch } from './index.ts'
import { deletedWebhook, type Given, logOf, missing, observed, unchanged } from './test-events.ts'

const scopeOf = (tenantId: string) => ({ tenantId, generation: 3 })

function lacksAfterLoading(...given: Given[]) {
  const decoded = logOf(given).map(decodeEvent)
  const needed = documentsNeeded(
    decoded.flatMap(({ event }) => event ?? []),
    scopeOf,
  )
  const only = (ids: Set<string>) => ({ get: (id: string) => (ids.has(id) ? null : undefined) })
  const loaded: Loaded = {
    users: only(needed.users),
    teams: only(needed.teams),
    managers: only(needed.managers),
    states: only(needed.states),
    reports: { get: () => undefined },
  }
  return projectBatch(loaded, decoded, scopeOf).lacks.map(({ collection, id }) => `${collection} ${id}`)
}

t.test(
  'what a stretch needs is named before it is folded, but for what is remembered of people who are no users',
  async t => {
    const lacks = lacksAfterLoading(
      observed('1', { 'work.department': '7', 'work.title': '5', 'work.reportsTo': '2' }),
      observed('1', { 'work.department': '7', 'work.title': '5', 'work.reportsTo': '2', 'root.firstName': 'Ada' }),
      unchanged([{ id: '4', digest: 'd' }], { offset: 1, takeover: 1, request: 1 }),
      deletedWebhook('5'),
      missing('6'),
    )
    t.same(new Set(lacks), new Set(['states acme/3/person/1', 'states acme/3/person/5', 'states acme/3/person/6']))
  },
)

t.test('an item or a manager is foreseen in whatever form HiBob names it', async t => {
  const lacks = lacksAfterLoading(observed('1', { 'work.department': ['7'], 'work.reportsTo': 2 }))
  t.same(lacks, ['states acme/3/person/1'])
})
