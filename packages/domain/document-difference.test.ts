// Differences between two builds: what differs is named by document and field, and only what differs.
import t from 'tap'
import { documentDifferences, type TeamDocument, toldOtherwise, type UserDocument } from './index.ts'
import { observed } from './test-events.ts'
import { employed, fold } from './test-fold.ts'

const { userDocument, teams } = fold(
  observed('1', employed({ 'work.department': '7', 'work.title': '5' }), { labels: { 'work.department': 'R&D' } }),
)
const user = userDocument('1') as UserDocument
const team = teams[0] as TeamDocument

t.test('the same document in another generation does not differ', async t => {
  const other = { ...structuredClone(user), _id: 'acme/2/1', generation: 2 }
  t.same(documentDifferences('users', '1', user, other), [])
})

t.test('each field that differs is named: what services see by its name, what was observed by its path', async t => {
  const damaged = structuredClone(user)
  damaged.user.full_name = 'Damaged'
  damaged.observed.fields['work.title'] = '6'
  damaged.observed.labels = {}
  damaged.unseen_since = '2026-11-03T08:15:42.120Z'
  t.same(
    documentDifferences('users', '1', damaged, user).map(({ field, from, to }) => [field, from, to]),
    [
      ['full_name', 'Damaged', 'Ada Example'],
      ['observed.fields.work.title', '6', '5'],
      ['observed.labels.work.department', null, 'R&D'],
      ['unseen_since', '2026-11-03T08:15:42.120Z', null],
    ],
  )
  t.match(documentDifferences('teams', '7', { ...team, team: { id: '7', name: 'X' } }, team), [
    { collection: 'teams', id: '7', field: 'name', from: 'X', to: 'R&D' },
  ])
})

t.test('a document that only one build has differs whole', async t => {
  t.same(documentDifferences('users', '1', null, user), [
    { collection: 'users', id: '1', field: null, from: null, to: user.user },
  ])
  t.match(documentDifferences('teams', '7', team, null), [{ field: null, from: { id: '7' }, to: null }])
  t.same(documentDifferences('users', '1', null, null), [])
})

t.test(
  'services are told again of users and teams whose shown fields differ and that are in the second build',
  async t => {
    const shown = { ...structuredClone(user), user: { ...user.user, email: 'x' } }
    const kept = { ...structuredClone(user), digest: 'x' }
    const differences = [
      ...documentDifferences('users', 'shown', shown, user),
      ...documentDifferences('users', 'kept', kept, user),
      ...documentDifferences('users', 'missing', null, user),
      ...documentDifferences('users', 'invented', user, null),
      ...documentDifferences('teams', 'new', null, team),
      ...documentDifferences('teams', 'renamed', { ...team, team: { ...team.team, name: 'X' } }, team),
      ...documentDifferences('teams', 'touched', { ...team, touched: team.touched + 1 }, team),
      ...documentDifferences('teams', 'gone', team, null),
    ]
    t.same(toldOtherwise(differences, 'users'), ['shown', 'missing'])
    t.same(toldOtherwise(differences, 'teams'), ['new', 'renamed'])
  },
)
