// HiBob's hard cases, each by name, as far as the fold decides them.
import t from 'tap'
import type { Settings } from './index.ts'
import { type Given, lists, missing, observed, unchanged } from './test-events.ts'
import { employed, fold } from './test-fold.ts'
import { approved, day, settings } from './test-settings.ts'

const ids = (count: number) => Array.from({ length: count }, (_, index) => String(index + 1))

t.test('a hidden field keeps its value', async t => {
  const shown = observed('1', employed({ 'work.department': '7' }), { labels: { 'work.department': 'R&D' } })
  const hidden = observed('1', employed(), { absent: ['work.department'] })
  const folded = fold(shown, hidden)
  t.same(folded.user('1')?.primary_team, { id: '7', name: 'R&D' })
  t.same(folded.types.sort(), ['team.created', 'user.created'])
})

t.test('a shrunken audience makes people unseen and takes nobody away', async t => {
  const folded = fold(...ids(30).map(id => observed(id, employed())), ...ids(30).map(id => missing(id)))
  t.ok(folded.users.every(({ user, unseen_since }) => user.status === 'active' && unseen_since !== null))
  t.equal(folded.types.filter(type => type !== 'user.created').length, 0)
})

t.test('a future-dated row changes nothing until a reading shows it, and then only that', async t => {
  const now = employed({ 'work.title': '5' })
  const label = (name: string) => ({ labels: { 'work.title': name } })
  const folded = fold(
    observed('1', now, label('Engineer')),
    observed('1', now, label('Engineer')),
    observed('1', { ...now, 'work.title': '6' }, label('Lead')),
  )
  t.same(folded.types, ['user.created', 'user.updated'])
})

t.test('a silent row deletion is found by the next reading, and the value goes back', async t => {
  const folded = fold(
    observed('1', employed({ 'work.title': '5' }), { labels: { 'work.title': 'Engineer' } }),
    observed('1', employed({ 'work.title': '6' }), { labels: { 'work.title': 'Lead' } }),
    observed('1', employed({ 'work.title': '5' }), { labels: { 'work.title': 'Engineer' } }),
  )
  t.equal(folded.user('1')?.job_title, 'Engineer')
})

t.test('a rehire is the same user, reactivated', async t => {
  const folded = fold(
    observed('1', employed()),
    observed('1', employed({ 'internal.lifecycleStatus': 'Terminated', 'internal.terminationDate': '2026-01-31' })),
    observed('1', employed({ 'internal.lifecycleStatus': 'Hired', 'work.startDate': '2026-09-01' })),
    observed('1', employed({ 'work.startDate': '2026-09-01' })),
  )
  t.same(folded.types, ['user.created', 'user.deactivated', 'user.reactivated', 'user.updated'])
  t.equal(folded.users.length, 1)
})

t.test('a manager leaves with 40 reports at once: each report is told once, and none is held', async t => {
  const reports = (manager: string): Given[] =>
    ids(40).map(id => observed(`r${id}`, employed({ 'work.reportsTo': manager })))
  const folded = fold(
    observed('old', employed()),
    observed('new', employed({ 'root.displayName': 'Bo' })),
    ...reports('old'),
    observed('old', employed({ 'internal.lifecycleStatus': 'Terminated' })),
    ...reports('new'),
  )
  t.equal(folded.manager('old'), undefined)
  t.match(folded.manager('new'), { state: 'active', report_count: 40 })
  t.ok(ids(40).every(id => folded.user(`r${id}`)?.override_manager?.full_name === 'Bo'))
  t.ok(folded.users.every(({ standing }) => (standing?.held ?? null) === null))
  const toldOf = folded.told.filter(({ data }) => data.user?.['id'] === 'r1').map(({ type }) => type)
  t.same(toldOf, ['learnamp.user.created', 'learnamp.user.updated', 'learnamp.user.updated'])
})

t.test('an email change keeps the user, and tells those who report to them', async t => {
  const folded = fold(
    observed('1', employed()),
    observed('2', employed({ 'work.reportsTo': '1' })),
    observed('1', employed({ 'root.email': 'new@example.com' })),
  )
  t.equal(folded.user('2')?.override_manager?.email, 'new@example.com')
  t.same(folded.types, ['user.created', 'user.created', 'user.updated', 'user.updated'])
})

t.test('a recycled email belongs to two users, and neither touches the other', async t => {
  const folded = fold(
    observed('1', employed({ 'internal.lifecycleStatus': 'Terminated' })),
    observed('2', employed({ 'root.displayName': 'Bo' })),
  )
  t.match(folded.user('1'), { status: 'deactivated', email: 'ada@example.com' })
  t.match(folded.user('2'), { status: 'active', email: 'ada@example.com', full_name: 'Bo' })
})

t.test('the same label twice is two teams', async t => {
  const folded = fold(
    lists('department', { 7: 'Support', 8: 'Support' }),
    observed('1', employed({ 'work.department': '7' })),
    observed('2', employed({ 'work.department': '8' })),
  )
  t.same(
    [folded.team('7'), folded.team('8')],
    [
      { id: '7', name: 'Support' },
      { id: '8', name: 'Support' },
    ],
  )
})

t.test('an archived list item still names those who hold it', async t => {
  const items = [{ id: '7', name: 'Old ways', archived: true, parent: null }]
  const folded = fold(observed('1', employed({ 'work.department': '7' })), lists('department', {}, { items }))
  t.same(folded.user('1')?.primary_team, { id: '7', name: 'Old ways' })
})

t.test('a renamed list item renames the team and moves nobody', async t => {
  const folded = fold(
    lists('department', { 7: 'Support' }),
    observed('1', employed({ 'work.department': '7' })),
    lists('department', { 7: 'Care' }),
  )
  t.same(folded.user('1')?.primary_team, { id: '7', name: 'Care' })
  t.same(folded.types.slice(-2).sort(), ['team.renamed', 'user.updated'])
})

t.test('an unknown lifecycle status keeps a person as they were', async t => {
  const onTheMoon = observed('1', employed({ 'internal.lifecycleStatus': 'On the moon' }))
  t.equal(fold(observed('1', employed()), onTheMoon).user('1')?.status, 'active')
})

t.test('a pre-hire without an email is a pending user without an email', async t => {
  const folded = fold(
    observed('1', employed({ 'internal.lifecycleStatus': 'Hired', 'root.email': null })),
    observed('1', employed({ 'internal.lifecycleStatus': 'Hired' })),
  )
  t.match(folded.told[0]?.data.user, { status: 'pending', email: null })
  t.equal(folded.user('1')?.email, 'ada@example.com')
})

t.test('an unchanged page does not disturb what is held', async t => {
  const none: Settings = { brake: { at_least: 0, percent: 0 } }
  const left = employed({ 'internal.lifecycleStatus': 'Terminated' })
  const folded = fold(
    settings(none),
    observed('1', employed()),
    observed('1', left),
    unchanged([{ id: '1', digest: JSON.stringify(left) }], { offset: 3, takeover: 1, request: 1 }),
    day('2026-11-01'),
    approved('acme-2'),
  )
  t.equal(folded.user('1')?.status, 'deactivated')
})
