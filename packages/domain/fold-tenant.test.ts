// The rules of the fold about whole tenants, about what cannot be folded, and about what each change says.
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import { deletedWebhook, type Given, lists, logOf, observed, recordOf } from './test-events.ts'
import { employed, fold } from './test-fold.ts'

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
    ['tenant.resend.requested', { resendId: 't', teamIds: ['7', 'none'] }],
    ['tenant.resend.requested', { resendId: 'u', userIds: ['1'], teamIds: ['8'] }],
  )
  t.same(
    told.slice(2).map(({ id, type, data }) => [id, type, data.changed.length]),
    [
      ['acme/1/teams/7', 'learnamp.team.resent', 0],
      ['acme/1/users/1', 'learnamp.user.resent', 0],
      ['acme/3/users/1', 'learnamp.user.resent', 0],
      ['acme/4/teams/7', 'learnamp.team.resent', 0],
      ['acme/5/users/1', 'learnamp.user.resent', 0],
    ],
  )
})

t.test('what cannot be folded is parked whole with its cause, and the log goes on', async t => {
  const records = [
    ...logOf([
      observed('2', employed({ 'work.reportsTo': '1' })),
      ['hibob.employee.observed', { ...observed('1', employed())[1], labels: ['06/09/2026'] }],
      ['tenant.settings.changed', { settings: { fields: 7 }, version: 1, basedOn: 0, by: 'x' }],
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
      [1, 'event_undecodable'],
      [2, 'settings_unreadable'],
      [3, 'event_undecodable'],
      [4, 'event_undecodable'],
      [6, 'event_undecodable'],
      [7, 'event_undecodable'],
    ],
  )
  t.match(parked[0], { type: 'hibob.employee.observed', employeeId: '1' }, 'the person can be read again')
  t.match(parked[4], { offset: 6, type: null, employeeId: null }, 'of another tenant nothing is taken')
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
