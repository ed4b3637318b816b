// The rules of the fold about managers, teams and lists.
import t from 'tap'
import { deletedWebhook, lists, missing, observed, unchanged } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { settings } from './test-settings.ts'

t.test(
  'a manager who comes after their reports is resolved, each report is told; so is every later change of name, address or state',
  async t => {
    const { user, told, manager } = fold(
      observed('2', employed({ 'work.reportsTo': '1' })),
      observed('3', employed({ 'work.reportsTo': '1' })),
      observed('1', employed({ 'root.displayName': 'Bo' })),
      observed('1', employed({ 'root.displayName': 'Bo', 'internal.lifecycleStatus': 'Terminated' })),
      observed(
        '1',
        employed({ 'root.displayName': 'Bo', 'internal.lifecycleStatus': 'Terminated', 'root.firstName': 'B' }),
      ),
    )
    t.same(told[0]?.data.user?.['override_manager'], { id: '1', email: null, full_name: null, state: 'unknown' })
    t.same(user('3')?.override_manager, { id: '1', email: 'ada@example.com', full_name: 'Bo', state: 'inactive' })
    t.same(manager('1'), { id: '1', state: 'inactive', report_count: 2 })
    t.same(
      told.map(({ id }) => id),
      [
        'acme/0/users/2',
        'acme/1/users/3',
        'acme/2/users/1',
        'acme/2/users/2',
        'acme/2/users/3',
        'acme/3/users/1',
        'acme/3/users/2',
        'acme/3/users/3',
        'acme/4/users/1',
      ],
    )
    t.same(
      told[3]?.data.changed.map(({ field }) => field),
      ['override_manager'],
    )
  },
)

t.test('managers count their reports; somebody to whom nobody reports is none; the deleted count nowhere', async t => {
  const { manager } = fold(
    observed('2', employed({ 'work.reportsTo': '1' })),
    observed('3', employed({ 'work.reportsTo': '1' })),
    observed('2', employed({ 'work.reportsTo': '4' })),
    deletedWebhook('3'),
    missing('3'),
  )
  t.equal(manager('1'), undefined)
  t.same(manager('4'), { id: '4', state: 'unknown', report_count: 1 })
})

t.test('people who manage themselves or each other are cut at the smallest id, and followed no further', async t => {
  const { user, manager, changes } = fold(
    observed('1', employed({ 'work.reportsTo': '1' })),
    observed('2', employed({ 'work.reportsTo': '3' })),
    observed('3', employed({ 'work.reportsTo': '2', 'root.displayName': 'Third' })),
  )
  t.same(user('1')?.override_manager, { id: '1', email: 'ada@example.com', full_name: 'Ada Example', state: 'cyclic' })
  t.same(manager('1'), { id: '1', state: 'active', report_count: 1 })
  t.match(user('2')?.override_manager, { full_name: 'Third', state: 'cyclic' })
  t.equal(user('3')?.override_manager?.state, 'active')
  t.equal(new Set(changes.map(({ id }) => id)).size, changes.length, 'one change per key and event')
})

t.test(
  'a team is named by its label until the list names it; a rename renames it once and tells each member; it moves nobody',
  async t => {
    const { team, user, types } = fold(
      observed('1', employed({ 'work.department': '7' }), { labels: { 'work.department': 'R&D' } }),
      observed('2', employed({ 'work.department': '7' }), { labels: { 'work.department': 'R & D' } }),
      lists('department', { '7': 'Research' }),
    )
    t.same(team('7'), { id: '7', name: 'Research' })
    t.same(user('2')?.primary_team, { id: '7', name: 'Research' })
    t.same(types, ['user.created', 'team.created', 'user.created', 'team.renamed', 'user.updated', 'user.updated'])
  },
)

t.test('two departments with the same label stay two teams', async t => {
  const { teams } = fold(
    observed('1', employed({ 'work.department': '7' }), { labels: { 'work.department': 'Twins' } }),
    observed('2', employed({ 'work.department': '8' }), { labels: { 'work.department': 'Twins' } }),
  )
  t.same(
    teams.map(({ team }) => team),
    [
      { id: '7', name: 'Twins' },
      { id: '8', name: 'Twins' },
    ],
  )
})

t.test('of a list’s item the greatest asOf wins, page by page; a renamed title reaches its holders', async t => {
  const asOf = (offset: number) => ({ asOf: { offset, takeover: 1, request: 1 } })
  const { user, states } = fold(
    observed('1', employed({ 'work.title': '5' })),
    lists('title', { '5': 'Engineer', '6': 'Other' }, asOf(10)),
    lists('title', { '5': 'Old name' }, asOf(9)),
    lists('title', { '6': 'Renamed' }, { ...asOf(11), page: 2, pages: 2 }),
    lists('pets', { '1': 'Cat' }),
  )
  t.equal(user('1')?.job_title, 'Engineer')
  t.same(
    states
      .filter(({ kind }) => kind === 'list')
      .map(state => (state as { items: { name: string }[] }).items.map(({ name }) => name)),
    [['Engineer', 'Renamed']],
  )
})

t.test('an unchanged page marks as seen whom it knows so, and makes due whom it does not', async t => {
  const digest = JSON.stringify(employed())
  const { due, userDocument, types } = fold(
    observed('1', employed()),
    missing('1'),
    observed('2', employed()),
    unchanged(
      [
        { id: '1', digest },
        { id: '2', digest: 'other' },
        { id: '3', digest },
      ],
      { offset: 50, takeover: 1, request: 1 },
    ),
    unchanged([{ id: '1', digest: 'older' }], { offset: 49, takeover: 1, request: 1 }),
  )
  t.match(userDocument('1'), { unseen_since: null, asOf: { offset: 50 } })
  t.same(due, [
    { tenantId: 'acme', employeeId: '2', throughOffset: 3 },
    { tenantId: 'acme', employeeId: '3', throughOffset: 3 },
  ])
  t.same(types, ['user.created', 'user.created'])
})

t.test(
  'where parents are set, a team that HiBob moves is told, also when it is renamed at once; else nothing is',
  t => {
    const tree = (parent: string, name = 'Platform') => {
      const item = (id: string, own: string, above: string | null) => ({
        id,
        name: own,
        archived: false,
        parent: above,
      })
      return lists('department', {}, { items: [item('1', 'A', null), item('2', 'B', null), item('7', name, parent)] })
    }
    const person = observed('1', employed({ 'work.department': '7' }))
    const moved = fold(settings({ team_parents: true }), tree('1'), person, tree('2'), tree('1', 'Base'))
    t.same(moved.types.sort(), ['team.created', 'user.created', 'team.moved', 'team.renamed', 'user.updated'].sort())
    t.same(
      moved.told.filter(({ type }) => type.includes('team')).map(({ data }) => [data.team, data.changed]),
      [
        [{ id: '7', name: 'Platform', parent_id: '1' }, []],
        [{ id: '7', name: 'Platform', parent_id: '2' }, [{ field: 'parent_id', from: '1', to: '2' }]],
        [
          { id: '7', name: 'Base', parent_id: '1' },
          [
            { field: 'name', from: 'Platform', to: 'Base' },
            { field: 'parent_id', from: '2', to: '1' },
          ],
        ],
      ],
    )
    t.same(moved.team('7'), { id: '7', name: 'Base', parent_id: '1' })
    t.same(fold(tree('1'), person, tree('2')).types.sort(), ['team.created', 'user.created'])
    t.end()
  },
)

t.test(
  'a manager who comes into the scope is shown to reports, though as a leaver no more active than before',
  async t => {
    const scope = settings({ scope: { include: { field: 'work.site', equals: 'London' }, otherwise: 'flag' } })
    const report = observed('2', employed({ 'work.site': 'London', 'work.reportsTo': '1' }))
    const outside = observed('1', employed({ 'work.site': 'Remote' }))
    const leaver = observed('1', employed({ 'work.site': 'London', 'internal.lifecycleStatus': 'Terminated' }))
    const hidden = fold(scope, outside, report)
    t.match(hidden.user('2')?.override_manager, { state: 'inactive', full_name: null })
    const shown = fold(scope, outside, report, leaver)
    t.match(shown.user('2')?.override_manager, { state: 'inactive', full_name: 'Ada Example' })
  },
)
