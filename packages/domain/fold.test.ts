// The rules of the fold, one by one: given events, the read models and what services are told.
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import { deletedWebhook, type Given, lists, logOf, missing, observed, recordOf, unchanged } from './test-events.ts'

interface Told {
  id: string
  type: string
  sequence: string
  data: {
    user?: Record<string, unknown>
    team?: { id: string; name: string | null }
    changed: { field: string; from: unknown; to: unknown }[]
    cause: object
  }
}

function fold(...given: Given[]) {
  const folded = foldLog(logOf(given))
  const told = folded.changes.flatMap(({ value }) => (value === null ? [] : [JSON.parse(value) as Told]))
  return {
    ...folded,
    told,
    types: told.map(({ type }) => type.replace('learnamp.', '')),
    user: (id: string) => folded.users.find(({ _id }) => _id === `acme/1/${id}`)?.user,
    userDocument: (id: string) => folded.users.find(({ _id }) => _id === `acme/1/${id}`),
    team: (id: string) => folded.teams.find(({ _id }) => _id === `acme/1/${id}`)?.team,
    manager: (id: string) => folded.managers.find(({ _id }) => _id === `acme/1/${id}`)?.manager,
  }
}

const employed = (more: Record<string, unknown> = {}) => ({
  'root.displayName': 'Ada Example',
  'root.email': 'ada@example.com',
  'internal.lifecycleStatus': 'Employed',
  ...more,
})

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
  'status follows the lifecycle status in any case; unknown or never seen is active; a termination date alone changes nothing',
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
      [null, 'active'],
    ])
      t.equal(status(lifecycle), expected, String(lifecycle))
    t.equal(fold(observed('1', {})).user('1')?.status, 'active')
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
  t.equal(gone.userDocument('1')?.unseen_since, new Date(1_700_000_001_000).toISOString())
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

t.test('people who manage themselves or each other are data, never followed', async t => {
  const { user, manager, changes } = fold(
    observed('1', employed({ 'work.reportsTo': '1' })),
    observed('2', employed({ 'work.reportsTo': '3' })),
    observed('3', employed({ 'work.reportsTo': '2', 'root.displayName': 'Third' })),
  )
  t.same(user('1')?.override_manager, { id: '1', email: 'ada@example.com', full_name: 'Ada Example', state: 'active' })
  t.same(manager('1'), { id: '1', state: 'active', report_count: 1 })
  t.equal(user('2')?.override_manager?.full_name, 'Third')
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
  'a removed tenant leaves a deletion and a null for each user, a null for each team, and nothing comes back until it is added anew',
  async t => {
    const removed: Given[] = [
      observed('1', employed({ 'work.department': '7', 'work.reportsTo': '2' })),
      lists('department', { '7': 'R&D' }),
      ['tenant.removed', { by: 'x' }],
      observed('1', employed()),
      deletedWebhook('9'),
      ['tenant.removed', { by: 'x' }],
    ]
    const { users, teams, managers, states, changes } = fold(...removed)
    t.same([users, teams, managers], [[], [], []])
    t.same(
      states.map(({ _id }) => _id),
      ['acme/1/tenant'],
    )
    t.match(changes.slice(-2), [
      { key: 'acme/1', tombstone: true, value: /learnamp\.user\.deleted/ },
      { topic: 'teams', key: 'acme/7', value: null },
    ])
    t.equal(fold(...removed, ['tenant.added', { by: 'x' }], observed('1', employed())).users.length, 1)
  },
)

t.test('a resend tells the state again under new ids, once per request', async t => {
  const resend: Given = ['tenant.resend.requested', { resendId: 'r' }]
  const { told } = fold(
    observed('1', employed({ 'work.department': '7' }), { labels: { 'work.department': 'R&D' } }),
    resend,
    resend,
    ['tenant.resend.requested', { resendId: 's', userIds: ['1', 'nobody'] }],
  )
  t.same(
    told.slice(2).map(({ id, type, data }) => [id, type, data.changed.length]),
    [
      ['acme/1/teams/7', 'learnamp.team.resent', 0],
      ['acme/1/users/1', 'learnamp.user.resent', 0],
      ['acme/3/users/1', 'learnamp.user.resent', 0],
    ],
  )
})

t.test('what cannot be folded is parked whole with its cause, and the log goes on', async t => {
  const records = [
    ...logOf([
      observed('2', employed({ 'work.reportsTo': '1' })),
      observed('1', employed({ 'root.displayName': { a: 1 } })),
      observed('1', employed({ 'work.startDate': '06/09/2026' })),
    ]),
    { partition: 0, offset: 3, time: 0, key: 'acme', value: 'rubbish' },
    { partition: 0, offset: 4, time: 0, key: 'acme', value: null },
    recordOf('tenant.added', { by: 'x' }, 'other', 5),
    { ...recordOf('tenant.added', { by: 'x' }, 'other', 6), key: 'acme' },
    recordOf('hibob.employee.observed', { employeeId: 7 }, 'acme', 7),
    recordOf('hibob.future.type' as never, {}, 'acme', 8),
    ...logOf([observed('1', employed())], 'acme', 9),
  ]
  const { parked, users, unknown } = foldLog(records)
  t.same(
    parked.map(({ offset, code }) => [offset, code]),
    [
      [1, 'field_unreadable'],
      [2, 'field_unreadable'],
      [3, 'event_undecodable'],
      [4, 'event_undecodable'],
      [6, 'event_undecodable'],
      [7, 'event_undecodable'],
    ],
  )
  t.notMatch(JSON.stringify(parked), /06\/09/, 'a cause holds no value')
  t.equal(unknown, 1)
  t.equal(users.find(({ _id }) => _id === 'acme/1/2')?.user.override_manager?.full_name, 'Ada Example')
})

t.test('paths and ids of any shape are plain data', async t => {
  const { user } = fold(
    observed(
      'a/b.$c',
      { ['__proto__']: 'x', constructor: 'y', 'work.department': 'R&D v1.2/x', 'work.reportsTo': '__proto__' } as never,
      { labels: { 'work.department': 'R&D' } },
    ),
  )
  t.match(user('a/b.$c'), {
    primary_team: { id: 'R&D v1.2/x', name: 'R&D' },
    override_manager: { id: '__proto__', state: 'unknown' },
  })
  t.equal(({} as Record<string, unknown>)['x'], undefined)
})

t.test('each field knows the event that gave it its present value', async t => {
  const { userDocument } = fold(observed('1', employed()), observed('1', employed({ 'root.firstName': 'Ada' })))
  t.same(
    userDocument('1')?.provenance.map(({ offset, fields }) => [
      offset,
      fields.includes('first_name'),
      fields.includes('email'),
    ]),
    [
      [0, false, true],
      [1, true, false],
    ],
  )
})

t.test(
  'a change’s sequence is its event’s offset, padded to 20 digits, and its cause names the event and the actor',
  async t => {
    const { told } = fold(observed('1', employed()))
    t.match(told[0], {
      id: 'acme/0/users/1',
      sequence: '00000000000000000000',
      data: { cause: { eventId: 'e0-acme', kind: 'hibob.employee.observed', triggeredBy: 'actor' } },
    })
  },
)
