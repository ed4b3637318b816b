// What is too large to publish costs itself: the field keeps its last value and says why, and no change outgrows its topic.
import { deepEqual } from 'node:assert/strict'
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import { type Settings, type User, userChange } from './index.ts'
import { type Given, lists, logOf, observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { settings } from './test-settings.ts'
import { jsonBytes, valueLimits } from './value-limits.ts'

const longest = '𝄞'.repeat(4000)
const tooLong = 'x'.repeat(4001)
const company = [
  lists('department', { '7': 'Research' }),
  lists('title', { '5': 'Engineer' }),
  lists('site', { '26': 'London' }),
  observed('2', employed({ 'root.displayName': 'Bo Manager' })),
]
const known = { 'work.title': '5', 'work.department': '7', 'work.siteId': 26, 'work.reportsTo': '2' }
const ada = (more: Record<string, unknown> = {}) => observed('1', employed({ ...known, ...more }))

for (const [path, field] of [
  ['root.displayName', 'full_name'],
  ['root.firstName', 'first_name'],
  ['root.surname', 'last_name'],
  ['root.email', 'email'],
  ['work.title', 'job_title'],
  ['work.siteId', 'location'],
  ['work.department', 'primary_team'],
  ['work.reportsTo', 'override_manager'],
] as const)
  t.test(`${path} of more than 4,000 characters keeps ${field} as published`, async t => {
    const before = fold(...company, ada()).user('1')
    const folded = fold(...company, ada(), ada({ [path]: tooLong, 'work.startDate': '2026-01-01' }))
    t.same(folded.parked, [])
    t.same(folded.user('1'), { ...before, hire_date: '2026-01-01' })
    t.same(folded.userDocument('1')?.standing?.errors, {
      [field]: `${path} has 4001 characters, and at most 4000 are kept`,
    })
  })

t.test('characters are counted as Unicode has them', async t => {
  t.equal(fold(ada({ 'root.displayName': longest })).user('1')?.full_name, longest)
  t.equal(fold(ada({ 'root.displayName': `${longest}x` })).user('1')?.full_name, null)
})

t.test('a name in a list that is too long leaves what was told of its holders, and a team its name', async t => {
  for (const [list, item, field] of [
    ['title', '5', 'job_title'],
    ['site', '26', 'location'],
    ['department', '7', 'primary_team'],
  ] as const) {
    const before = fold(...company, ada())
    const folded = fold(...company, ada(), lists(list, { [item]: tooLong }))
    t.same(folded.user('1'), before.user('1'))
    t.same(folded.teams.length, 1)
    t.same(folded.team('7'), before.team('7'))
    t.match(folded.userDocument('1')?.standing?.errors, { [field]: /its name in the list .* has 4001 characters/ })
    t.notMatch(JSON.stringify(folded.states), /xxxx/)
    const mended = fold(...company, ada(), lists(list, { [item]: tooLong }), lists(list, { [item]: 'Mended' }))
    t.match(JSON.stringify(mended.user('1')?.[field]), /Mended/)
    t.equal(mended.userDocument('1')?.standing ?? null, null)
  }
})

t.test('who moves into a team whose name is too long is in that team', async t => {
  const { user, team, userDocument } = fold(
    ...company,
    ada(),
    lists('department', { '8': tooLong }),
    ada({ 'work.department': '8' }),
  )
  t.same(user('1')?.primary_team, { id: '8', name: null })
  t.same(team('8'), { id: '8', name: null })
  t.match(userDocument('1')?.standing?.errors, { primary_team: /4001/ })
})

t.test('a label that is too long names nothing', async t => {
  const labelled = (title: string) =>
    observed('1', employed({ 'work.title': '6' }), { labels: { 'work.title': title } })
  const { user, userDocument } = fold(labelled('Pilot'), labelled(tooLong))
  t.equal(user('1')?.job_title, 'Pilot')
  t.match(userDocument('1')?.standing?.errors, { job_title: /the label of work.title has 4001/ })
})

t.test('whatever a rule makes of it: a text from a field, an item, a team by its letters', async t => {
  const rules: Settings = {
    fields: {
      location: { from: 'work.custom.a' },
      primary_team: { from: 'work.custom.b' },
      job_title: { from: 'work.custom.c', list: 'grades' },
    },
    custom_fields: { a: { from: 'work.custom.a' }, id: { from: 'work.custom.c', list: 'grades', as: 'id' } },
  }
  const short = { 'work.custom.a': 'a', 'work.custom.b': 'b', 'work.custom.c': '1' }
  const before = fold(settings(rules), lists('grades', { '1': 'Senior', '2': tooLong }), ada(short))
  t.match(before.user('1'), { location: 'a', primary_team: { name: 'b' }, job_title: 'Senior' })
  // one letter that is eighteen in the form in which teams are compared
  const long = { 'work.custom.a': tooLong, 'work.custom.b': '\ufdfa'.repeat(300), 'work.custom.c': '2' }
  const folded = fold(settings(rules), lists('grades', { '1': 'Senior', '2': tooLong }), ada(short), ada(long))
  t.same(folded.parked, [])
  t.same(folded.user('1'), { ...before.user('1'), custom_fields: { a: 'a', id: '2' } })
  t.same(Object.keys(folded.userDocument('1')?.standing?.errors ?? {}).sort(), [
    'custom_fields.a',
    'job_title',
    'location',
    'primary_team',
  ])
})

const names = Array.from({ length: 100 }, (_, index) => `note_${index}`)
const notes: Settings = {
  custom_fields: Object.fromEntries(names.map(name => [name, { from: `work.custom.${name}` }])),
}
const noted = (text: string, only = names) =>
  ada({ 'root.displayName': text, ...Object.fromEntries(only.map(name => [`work.custom.${name}`, text])) })

t.test(
  'a user that is too large keeps its standard fields first, then custom fields in the order of the settings',
  async t => {
    const folded = fold(settings(notes), noted('short'), noted('y'.repeat(4000)))
    const { user, standing } = folded.userDocument('1') ?? {}
    t.ok(jsonBytes(user) <= valueLimits.userBytes)
    t.equal(user?.full_name, 'y'.repeat(4000))
    const kept = names.filter(name => user?.custom_fields?.[name] === 'short')
    t.ok(kept.length > 30 && kept.length < 40, `${kept.length} keep their last value`)
    t.same(kept, names.slice(-kept.length))
    t.same(
      Object.keys(standing?.errors ?? {}),
      kept.map(name => `custom_fields.${name}`),
    )
    t.match(standing?.errors, { 'custom_fields.note_99': /more than 262144 bytes/ })
    const mended = fold(settings(notes), noted('short'), noted('y'.repeat(4000)), noted('z'))
    t.equal(mended.userDocument('1')?.standing?.errors ?? null, null)
  },
)

t.test('what is too large is the same however the log is cut, and folding it again changes nothing', async t => {
  const given: Given[] = [
    ...company,
    settings(notes),
    noted('short'),
    noted('y'.repeat(4000)),
    noted('é'.repeat(3000), names.slice(40)),
    lists('department', { '7': tooLong }),
    ada({ 'work.title': tooLong }),
    settings({ ...notes, fields: { location: { from: 'work.custom.note_1' } } }, 2),
  ]
  const whole = foldLog(logOf(given))
  const documents = ({ users, teams, states }: typeof whole) => ({ users, teams, states })
  for (const size of [1, 2, 3]) {
    const cut = foldLog(logOf(given), { batchSize: () => size, pageSize: 1 })
    deepEqual(documents(cut), documents(whole))
    deepEqual(
      cut.changes.map(({ id, value }) => [id, value]),
      whole.changes.map(({ id, value }) => [id, value]),
    )
  }
  const again = foldLog(
    logOf([...given, settings({ ...notes, fields: { location: { from: 'work.custom.note_1' } } }, 3)]),
  )
  deepEqual(
    again.users.map(({ user }) => user),
    whole.users.map(({ user }) => user),
  )
  t.pass()
})

t.test('twelve custom fields of a text of 100 KB make no large change', async t => {
  const { changes, userDocument } = fold(
    settings(notes),
    noted('short'),
    noted('x'.repeat(100_000), names.slice(0, 12)),
  )
  t.ok(changes.every(({ value }) => (value?.length ?? 0) < 100_000))
  t.equal(Object.keys(userDocument('1')?.standing?.errors ?? {}).length, 13)
})

t.test('what is kept of a person, and of a list, fits into a document of the store', async t => {
  const path = (part: number) => `work.custom.field_${part}`
  const part = (at: number, text: string) =>
    observed('1', employed({ [path(at)]: text, 'root.firstName': `Part ${at}` }), { digest: `d${at}` })
  const rule = settings({ custom_fields: { ninth: { from: path(9) } } })
  const parts = Array.from({ length: 10 }, (_, at) => part(at, 'x'.repeat(1_900_000)))
  const folded = fold(rule, part(9, 'short'), ...parts)
  t.same(folded.parked, [])
  t.ok(jsonBytes(folded.userDocument('1')) < 7_000_000)
  t.match(folded.user('1'), { first_name: 'Part 9', custom_fields: { ninth: 'short' } })
  t.match(folded.userDocument('1')?.standing?.errors, { 'custom_fields.ninth': /holds an object/ })
  t.equal(fold(rule, ...parts, part(9, 'short again')).user('1')?.custom_fields?.['ninth'], 'short again')

  const pages = Array.from({ length: 10 }, (_, page) =>
    lists(
      'department',
      Object.fromEntries(Array.from({ length: 450 }, (_, at) => [`${page}-${at}`, 'n'.repeat(4000)])),
    ),
  )
  const { states, parked } = fold(...pages, lists('department', { '0-0': 'Renamed' }))
  t.same(parked, [])
  t.ok(jsonBytes(states) < 13_000_000)
  t.match(JSON.stringify(states), /Renamed/)
})

t.test('a change of more than 1 MiB tells the user whole, and of what changed the names alone', async t => {
  const [record] = logOf([ada()])
  if (record === undefined) throw new Error('no record')
  const source = { record, event: JSON.parse(record.value as string) }
  const user = { ...fold(ada()).user('1'), location: 'é'.repeat(150_000) } as User
  const changed = [{ field: 'location', from: 'é'.repeat(250_000), to: user.location }]
  const cut = JSON.parse(userChange(source, 'updated', user, changed).value as string)
  t.same(cut.data, { user, changed: [{ field: 'location' }], cause: cut.data.cause, cut: true })
  const whole = JSON.parse(
    userChange(source, 'updated', user, [{ field: 'location', from: null, to: user.location }]).value as string,
  )
  t.equal(whole.data.cut, undefined)
  t.match(whole.data.changed, [{ from: null, to: user.location }])
})
