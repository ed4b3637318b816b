// One value that cannot be read costs that value: the field keeps what was published, says why, and everything else is followed.
import t from 'tap'
import { lists, observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { settings } from './test-settings.ts'

const known = {
  'work.title': '5',
  'work.department': '7',
  'work.siteId': 26,
  'work.startDate': '2026-01-01',
  'internal.terminationDate': null,
  'work.reportsTo': '2',
}
const ada = (more: Record<string, unknown> = {}) => observed('1', employed({ ...known, ...more }))
const company = [
  lists('department', { '7': 'Research', '8': 'Sales' }),
  lists('title', { '5': 'Engineer' }),
  lists('site', { '26': 'London' }),
  observed('2', employed({ 'root.displayName': 'Bo Manager' })),
]

for (const [path, field] of [
  ['root.displayName', 'full_name'],
  ['root.email', 'email'],
  ['work.title', 'job_title'],
  ['work.siteId', 'location'],
  ['work.department', 'primary_team'],
  ['work.startDate', 'hire_date'],
  ['internal.terminationDate', 'leave_date'],
  ['work.reportsTo', 'override_manager'],
] as const)
  t.test(`${path} that cannot be read keeps ${field} as published, and the rest is followed`, async t => {
    for (const odd of [{ a: 1 }, ['x', 'y'], [['x']], { value: { value: 1 } }]) {
      const before = fold(...company, ada()).user('1')
      const folded = fold(...company, ada(), ada({ [path]: odd, 'root.firstName': 'Ada' }))
      t.same(folded.parked, [])
      t.same(folded.user('1'), { ...before, first_name: 'Ada' })
      t.match(folded.userDocument('1')?.standing?.errors, { [field]: /expected/ })
      t.same(Object.keys(folded.userDocument('1')?.standing?.errors ?? {}), [field])
      const mended = fold(...company, ada(), ada({ [path]: odd }), ada())
      t.equal(mended.userDocument('1')?.standing ?? null, null, 'what can be read again leaves nothing behind')
    }
  })

t.test('a list of one item is its item, in every standard field', async t => {
  const plain = fold(...company, ada({ 'internal.terminationDate': '2027-01-01' })).user('1')
  const listed = Object.fromEntries(
    Object.entries(employed({ ...known, 'internal.terminationDate': '2027-01-01' })).map(([path, value]) => [
      path,
      [value],
    ]),
  )
  const folded = fold(...company, observed('1', listed))
  t.same(folded.user('1'), plain)
  t.equal(folded.userDocument('1')?.standing ?? null, null)
})

t.test('a person with an unreadable department is deactivated when HiBob says so', async t => {
  const { user, parked } = fold(
    ...company,
    ada(),
    ada({
      'work.department': ['7', '8'],
      'internal.lifecycleStatus': 'Terminated',
      'internal.terminationDate': '2026-10-31',
    }),
  )
  t.same(parked, [])
  t.match(user('1'), { status: 'deactivated', leave_date: '2026-10-31', primary_team: { id: '7', name: 'Research' } })
})

t.test('what is shown of a kept team or manager follows their own records', async t => {
  const folded = fold(
    ...company,
    ada(),
    ada({ 'work.department': {}, 'work.reportsTo': {} }),
    lists('department', { '7': 'Research and more' }),
    observed('2', employed({ 'root.displayName': 'Bo Renamed' })),
  )
  t.match(folded.user('1'), {
    primary_team: { id: '7', name: 'Research and more' },
    override_manager: { id: '2', full_name: 'Bo Renamed' },
  })
})

t.test('a new person of whom a value cannot be read is a user without it', async t => {
  const { user, types } = fold(...company, ada({ 'work.title': {}, 'root.email': [{}] }))
  t.match(user('1'), { job_title: null, email: null, full_name: 'Ada Example', primary_team: { id: '7' } })
  t.ok(types.includes('user.created'))
})

t.test('blanks are empty, and addresses are trimmed', async t => {
  const blanks = {
    'root.email': '   ',
    'work.department': ' ',
    'work.title': '\u00a0',
    'work.reportsTo': '\t',
    'work.site': ' ',
  }
  t.match(fold(...company, ada({ ...blanks, 'work.siteId': '' })).user('1'), {
    ...{ email: null, primary_team: null, job_title: null, override_manager: null, location: null },
  })
  t.equal(fold(ada({ 'root.email': ' Ada@Example.com ' })).user('1')?.email, 'Ada@Example.com')
  const ruled = settings({ fields: { email: { from: 'root.email' } } })
  t.equal(fold(ruled, ada({ 'root.email': ' Ada@Example.com ' })).user('1')?.email, 'Ada@Example.com')
})

t.test('a day that no calendar has is an error, and a time after the day is none', async t => {
  for (const [shown, expected] of [
    ['2026-02-30', '2026-01-01'],
    ['06/09/2026', '2026-01-01'],
    ['2026-13-01', '2026-01-01'],
    ['2026-03-01T00:00:00', '2026-03-01'],
    ['2026-03-01 00:00:00', '2026-03-01'],
    ['2028-02-29', '2028-02-29'],
  ])
    t.equal(fold(ada(), ada({ 'work.startDate': shown })).user('1')?.hire_date, expected, `${shown}`)
})

t.test('dates that cannot be read decide as they last did', async t => {
  const ends = settings({ leavers: { ends: 'last_day_of_work' } })
  const dates = { 'work.startDate': '2019-01-01', 'internal.terminationDate': '2099-01-01' }
  const left = ada({ 'employee.lastDayOfWork': '2020-10-31', ...dates })
  const odd = ada({ 'employee.lastDayOfWork': '31.10.2020', ...dates })
  t.equal(fold(ends, left).user('1')?.status, 'deactivated')
  t.equal(fold(ends, left, odd).user('1')?.status, 'deactivated')
  t.equal(fold(ends, left, odd, odd).user('1')?.status, 'deactivated', 'again and again')
  t.equal(fold(ends, left, odd, ada({ 'employee.lastDayOfWork': null, ...dates })).user('1')?.status, 'active')
})

t.test('texts are compared in one Unicode form, and published as they came', async t => {
  const [composed, decomposed] = ['Z\u00fcrich', 'Zu\u0308rich']
  for (const [stored, compared] of [
    [composed, decomposed],
    [decomposed, composed],
  ] as const) {
    const scope = settings({ scope: { include: { field: 'work.site', equals: compared }, otherwise: 'leaver' } })
    t.match(fold(scope, ada({ 'work.siteId': null, 'work.site': stored })).user('1'), {
      status: 'active',
      location: stored,
    })
    const matches = settings({
      scope: { include: { field: 'work.site', matches: `^${compared}$` }, otherwise: 'leaver' },
    })
    t.equal(fold(matches, ada({ 'work.site': stored })).user('1')?.status, 'active')
    const table = settings({ fields: { location: { from: 'work.site', values: { [compared]: 'ZRH' } } } })
    t.equal(fold(table, ada({ 'work.site': stored })).user('1')?.location, 'ZRH')
    const expression = settings({ fields: { location: { expression: `work.site = "${compared}" ? "yes" : "no"` } } })
    t.equal(fold(expression, ada({ 'work.site': stored })).user('1')?.location, 'yes')
    const teams = fold(
      lists('department', { [compared]: 'Named' }),
      observed('1', employed({ 'work.department': stored })),
      observed('2', employed({ 'work.department': compared })),
      lists('department', { [stored]: 'Renamed' }),
    )
    t.same(
      teams.teams.map(({ team }) => team.name),
      ['Renamed'],
      'one team',
    )
    t.same(
      [teams.user('1')?.primary_team, teams.user('2')?.primary_team],
      [
        { id: composed, name: 'Renamed' },
        { id: composed, name: 'Renamed' },
      ],
    )
  }
})
