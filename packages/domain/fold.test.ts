// The rules of the fold about one person: given events, the user and what services are told.
import t from 'tap'
import { deletedWebhook, lists, missing, observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'

t.test('every field of the standard mapping comes from its HiBob field, by label or by value', async t => {
  const { user, types } = fold(
    observed(
      '1',
      {
        'root.id': '1',
        'root.displayName': 'Ada Example',
        'root.firstName': 'Ada',
        'root.surname': 'Example',
        'root.email': 'ada@example.com',
        'work.title': '25',
        'work.site': 'London',
        'work.siteId': 26,
        'work.department': '27',
        'work.startDate': '2026-09-06',
        'internal.terminationDate': '2027-01-31',
        'internal.lifecycleStatus': 'employed',
        'work.reportsTo': null,
      },
      { labels: { 'work.title': 'Engineer', 'work.department': 'R&D', 'work.startDate': '06/09/2026' } },
    ),
  )
  t.same(user('1'), {
    id: '1',
    full_name: 'Ada Example',
    first_name: 'Ada',
    last_name: 'Example',
    email: 'ada@example.com',
    job_title: 'Engineer',
    location: 'London',
    primary_team: { id: '27', name: 'R&D' },
    hire_date: '2026-09-06',
    leave_date: '2027-01-31',
    override_manager: null,
    status: 'active',
  })
  t.same(types, ['team.created', 'user.created'].sort().reverse(), 'the user and the team are told')
})

t.test(
  'status follows the lifecycle status, however it is written; a termination date alone changes nothing',
  async t => {
    const status = (lifecycle: unknown) =>
      fold(observed('1', { 'internal.lifecycleStatus': lifecycle, 'internal.terminationDate': '2020-01-01' })).user('1')
        ?.status
    for (const [lifecycle, expected] of [
      ['Hired', 'pending'],
      ['hired', 'pending'],
      ['TERMINATED', 'deactivated'],
      ['Garden leave', 'active'],
      ['Sabbatical of a new kind', 'active'],
      ['Terminated ', 'deactivated'],
      ['\u00a0garden_leave', 'active'],
      [['Hired'], 'pending'],
      [{ value: 'Terminated' }, 'deactivated'],
    ])
      t.equal(status(lifecycle), expected, String(lifecycle))
  },
)

t.test('someone first seen as terminated is created deactivated, with nothing changed', async t => {
  const { told } = fold(observed('1', { 'internal.lifecycleStatus': 'Terminated' }))
  t.match(told, [{ type: 'learnamp.user.created', data: { user: { status: 'deactivated' }, changed: [] } }])
})

t.test('leaving deactivates, coming back reactivates the same user', async t => {
  const { types, user } = fold(
    observed('1', employed()),
    observed('1', employed({ 'internal.lifecycleStatus': 'Terminated' })),
    observed('1', employed({ 'internal.lifecycleStatus': 'Hired' })),
  )
  t.same(types, ['user.created', 'user.deactivated', 'user.reactivated'])
  t.equal(user('1')?.status, 'pending')
})

t.test('a field that is not shown keeps its value, null clears it, and an empty text is none', async t => {
  const { user, told } = fold(
    observed('1', employed({ 'root.surname': 'Example', 'work.startDate': '2026-01-01' })),
    observed('1', { 'root.displayName': 'Ada E.', 'work.startDate': null }),
    observed('1', { 'root.email': '' }),
  )
  t.match(user('1'), { full_name: 'Ada E.', last_name: 'Example', hire_date: null, email: null })
  t.same(told[1]?.data.changed, [
    { field: 'full_name', from: 'Ada Example', to: 'Ada E.' },
    { field: 'hire_date', from: '2026-01-01', to: null },
  ])
})

t.test('a site’s id and text are one fact: half of an older one does not outlive the newer half', async t => {
  const { user } = fold(
    lists('site', { '26': 'London HQ' }),
    observed('1', { 'work.site': 'London', 'work.siteId': 26 }),
    observed('2', { 'work.siteId': 26, 'work.site': 'London' }),
    observed('2', { 'work.site': 'Lisbon' }),
  )
  t.equal(user('1')?.location, 'London HQ', 'the list names it')
  t.equal(user('2')?.location, 'Lisbon')
})

t.test('a reading that finds nothing new, and a webhook alone, tell nobody anything', async t => {
  const { types } = fold(observed('1', employed()), observed('1', employed()), deletedWebhook('1'), deletedWebhook('2'))
  t.same(types, ['user.created'])
})

t.test('an older reading never wins, whenever it arrives, and an equal one is a duplicate', async t => {
  const asOf = (offset: number, takeover = 1, request = 1) => ({ asOf: { offset, takeover, request } })
  const { user, types } = fold(
    observed('1', employed({ 'root.firstName': 'New' }), asOf(9, 2, 3)),
    observed('1', employed({ 'root.firstName': 'Old' }), asOf(9, 2, 2)),
    observed('1', employed({ 'root.firstName': 'Older' }), asOf(9, 1, 9)),
    missing('1', asOf(8, 9, 9)),
    observed('1', employed({ 'root.firstName': 'Twin' }), asOf(9, 2, 3)),
  )
  t.equal(user('1')?.first_name, 'New')
  t.same(types, ['user.created'])
})

t.test('a person who is not there is unseen since then and nothing else; seen again, they are seen', async t => {
  const gone = fold(observed('1', employed()), missing('1'), missing('1'))
  t.equal(gone.userDocument('1')?.unseen_since, new Date(1_700_000_600_000).toISOString())
  t.same(gone.types, ['user.created'])
  t.equal(
    fold(observed('1', employed()), missing('1'), observed('1', employed())).userDocument('1')?.unseen_since,
    null,
  )
})

t.test('deleted needs an employee.deleted and a reading at or past it that finds nobody', async t => {
  t.equal(fold(observed('1', employed()), deletedWebhook('1'), missing('1')).user('1')?.status, 'deleted')
  t.equal(fold(observed('1', employed()), deletedWebhook('1')).user('1')?.status, 'active', 'the webhook alone')
  t.equal(fold(observed('1', employed()), missing('1')).user('1')?.status, 'active', 'silence alone')
  t.equal(
    fold(observed('1', employed()), missing('1'), deletedWebhook('1')).user('1')?.status,
    'active',
    'a reading before it',
  )
  t.equal(
    fold(
      observed('1', employed()),
      deletedWebhook('1'),
      missing('1', { asOf: { offset: 0.5, takeover: 1, request: 1 } as never }),
    ).user('1')?.status,
    'active',
  )
  t.equal(
    fold(observed('1', employed()), deletedWebhook('1', { companyMismatch: true }), missing('1')).user('1')?.status,
    'active',
    'another company’s webhook',
  )
})

t.test('a settled reading that shows the person refutes the deletion; one that may be old does not', async t => {
  t.equal(
    fold(
      observed('1', employed()),
      deletedWebhook('1'),
      observed('1', employed(), { settled: true }),
      missing('1'),
    ).user('1')?.status,
    'active',
  )
  t.equal(
    fold(
      observed('1', employed()),
      deletedWebhook('1'),
      observed('1', employed(), { settled: false }),
      missing('1'),
    ).user('1')?.status,
    'deleted',
  )
})

t.test('what was heard of a person before they were ever seen counts when they are', async t => {
  const { user, states, users } = fold(deletedWebhook('1'), observed('1', employed(), { settled: false }), missing('1'))
  t.equal(user('1')?.status, 'deleted')
  t.notOk(
    states.some(({ kind }) => kind === 'person'),
    'the trace has become the user',
  )
  t.equal(fold(missing('2')).users.length, 0, 'nobody is made of silence')
  t.equal(users.length, 1)
})
