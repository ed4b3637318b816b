import type { FieldDefinition, HibobFailure } from '@hibob-sync/hibob'
import t from 'tap'
import type { CallFacts, CheckAnswers, FieldCount, ListAnswer } from './answers.ts'
import type { CheckReport } from './findings.ts'
import { judge } from './judge.ts'

const custom = 'work.custom.field_1698036945383'
const paths = ['root.id', 'root.email', 'work.department', custom, 'internal.status', 'internal.lifecycleStatus']
const field = (id: string, categoryName: string | null): FieldDefinition => ({
  ...{ id, name: null, category: 'x', categoryName, type: null, listId: null, historical: false },
})
const catalogue = paths.map(id =>
  field(id, id.startsWith('root') ? 'Basic info' : id.startsWith('work') ? 'Work' : 'Lifecycle'),
)
const shown = (of: Partial<Record<string, number>> = {}): FieldCount[] =>
  paths.map(path => ({ path, shown: of[path] ?? 20, filled: of[path] ?? 20 }))
const status = (word: string | null, people: number, access: string | null = 'Active') => ({
  ...{ status: word, access, people },
})
const list = (name: string, more: Partial<ListAnswer> = {}): ListAnswer => ({
  ...{ list: name, outcome: { kind: 'ok', items: 3 }, shape: 'keyed', ...more },
})
const call = (endpoint: string, more: Partial<CallFacts> = {}): CallFacts => ({
  endpoint,
  status: 200,
  contentType: 'application/json',
  clockAheadMs: 100,
  clockWithinMs: 500,
  rate: { limit: 50, remaining: 40, resetInMs: 30_000 },
  ...more,
})
const well: CheckAnswers = {
  fields: { kind: 'ok', fields: catalogue },
  lists: [list('department'), list('site')],
  people: {
    kind: 'ok',
    people: 200,
    unreadable: 0,
    statuses: [status('Employed', 180), status('hired', 5, 'Inactive'), status('Terminated', 15, 'Inactive')],
  },
  sample: { kind: 'ok', people: 20, fields: shown() },
  calls: [call('company/people/fields'), call('company/named-lists'), call('people/search')],
  notes: [],
}
const judged = (more: Partial<CheckAnswers>) => judge('acme', { ...well, ...more })
const attentions = ({ findings }: CheckReport) => findings.filter(({ level }) => level === 'attention')
const notes = ({ findings }: CheckReport) => findings.filter(({ level }) => level === 'note')
const failure = (kind: HibobFailure['kind'], status: number | null, detail = 'detail'): HibobFailure => ({
  ...{ kind, status, detail },
})

t.test('all is well when everything needed is shown, starters and leavers too', async t => {
  const report = judged({})
  t.equal(report.ok, true)
  t.ok(report.findings.every(({ level, advice }) => level === 'ok' && advice === null))
})

t.test('a tenant that was stopped is said to be, with how it goes on', async t => {
  const report = judge('acme', well, true)
  t.equal(report.ok, true)
  t.match(notes(report), [{ topic: 'tenant', advice: /tenants resume acme/ }])
})

t.test('the box to tick is the category that HiBob names, wherever the field was moved to', async t => {
  const moved = catalogue.map(one => (one.id === custom ? field(custom, 'Learning & more') : one))
  const report = judged({
    fields: { kind: 'ok', fields: moved },
    sample: { kind: 'ok', people: 20, fields: shown({ [custom]: 0 }) },
  })
  t.match(attentions(report), [
    { text: /Learning & more: HiBob shows nothing/, advice: /"View selected employees' Learning & more sections"/ },
  ])
  t.match(
    report.fields.find(({ path }) => path === custom),
    { box: 'Learning & more', shown: 0, of: 20 },
  )
})

t.test('without a catalogue the boxes are those that HiBob ships', async t => {
  const report = judged({
    fields: failure('unavailable', 503),
    sample: { kind: 'ok', people: 20, fields: shown({ 'internal.status': 0, 'internal.lifecycleStatus': 0 }) },
  })
  t.match(
    attentions(report).find(({ topic }) => topic === 'permissions'),
    { text: /Lifecycle: HiBob shows nothing.*every import fails/, advice: /Lifecycle sections/ },
  )
})

t.test('a field that HiBob shows of nobody is named alone where others of its category are shown', async t => {
  const report = judged({ sample: { kind: 'ok', people: 20, fields: shown({ 'work.department': 0 }) } })
  t.match(attentions(report), [{ text: 'Work: HiBob does not show work.department.', advice: /Work/ }])
})

t.test('a field that HiBob shows of some people only is a note', async t => {
  const report = judged({ sample: { kind: 'ok', people: 20, fields: shown({ 'root.email': 7 }) } })
  t.equal(report.ok, true)
  t.match(notes(report), [{ text: /root\.email for 7 of 20 people/ }])
})

t.test('a field of the settings that HiBob does not have is a matter of the settings, not of a box', async t => {
  const without = catalogue.filter(({ id }) => id !== custom)
  const report = judged({
    fields: { kind: 'ok', fields: without },
    sample: { kind: 'ok', people: 20, fields: shown({ [custom]: 0 }) },
  })
  t.match(attentions(report), [{ text: new RegExp(`no field ${custom}`), advice: /settings edit acme/ }])
  t.equal(report.fields.find(({ path }) => path === custom)?.box, null)
})

t.test('an audience without starters and leavers is told from a company that has none', async t => {
  const people = (...statuses: ReturnType<typeof status>[]) => {
    const count = statuses.reduce((sum, { people }) => sum + people, 0)
    return judged({ people: { kind: 'ok', people: count, unreadable: 0, statuses } })
  }
  t.match(attentions(people(status('Employed', 150), status('employed', 30))), [
    { topic: 'audience', text: /all of them employed/ },
  ])
  t.match(attentions(people(status('Employed', 150), status('Hired', 3))), [{ text: /no leavers/ }])
  t.match(attentions(people(status('Employed', 10))), [{ text: /all of them employed/ }])
  const young = people(status('Employed', 6))
  t.equal(young.ok, true)
  t.match(notes(young), [{ text: /no future starters/ }, { text: /no leavers/, advice: /Lifecycle status/ }])
  t.match(notes(people(status('Employed', 150), status('Terminated', 3))), [
    { text: /only if nobody is about to start/ },
  ])
  t.match(attentions(people()), [{ text: 'HiBob shows nobody.' }])
  t.match(notes(people(status(null, 10), status(null, 4, 'Inactive'))), [{ text: /14 people; 4 of them are inactive/ }])
  t.match(notes(people(status('Employed', 30), status('Terminated', 3), status(null, 2), status('Hired', 1))), [
    { text: /no lifecycle status for 2 of 36/ },
  ])
})

t.test('a word for a status that this version does not know is named, with how many people have it', async t => {
  const statuses = [status('Employed', 30), status('Terminated', 3), status('Hired', 1), status('Secondment', 2)]
  const report = judged({ people: { kind: 'ok', people: 36, unreadable: 0, statuses } })
  t.match(attentions(report), [{ text: /does not know: "Secondment" \(2 people\)/, advice: /Report/ }])
})

t.test('each failure has its own advice, and the URL is doubted only when it is the likely cause', async t => {
  const cases: [HibobFailure, Partial<CallFacts>, RegExp, RegExp][] = [
    [failure('unauthorized', 401), { status: 401 }, /does not accept/, /service-user-token-file/],
    [failure('forbidden', 403), { status: 403 }, /403/, /needs no permission/],
    [failure('unavailable', 403), { status: 403, contentType: 'text/html' }, /firewall/, /five minutes/],
    [failure('unavailable', 503, 'HiBob answered 503'), { status: 503 }, /503/, /status\.hibob\.io/],
    [failure('unavailable', null, 'no answer (ECONNREFUSED)'), { status: null }, /ECONNREFUSED/, /HTTPS_PROXY/],
    [failure('unavailable', null, 'no answer (ENOTFOUND)'), { status: null }, /ENOTFOUND/, /--hibob-url/],
    [failure('unavailable', null, 'the proxy http://proxy:3128 wants other credentials (407)'), {}, /407/, /NO_PROXY/],
    [failure('invalid_answer', 200), { contentType: 'text/html' }, /with a page/, /--hibob-url/],
    [failure('invalid_answer', 302), { status: 302 }, /redirects/, /--hibob-url/],
    [failure('rejected', 404), { status: 404 }, /does not know the path/, /--hibob-url/],
    [failure('invalid_answer', 200, 'found number'), {}, /found number/, /--record/],
    [failure('rejected', 400), { status: 400 }, /cannot read/, /--record/],
    [{ ...failure('rate_limited', 429), retryAfterMs: 12_000 }, { status: 429 }, /429/, /in 12 s/],
  ]
  for (const [fields, more, text, advice] of cases) {
    const report = judged({ fields, calls: [call('company/people/fields', more)] })
    t.match(attentions(report)[0], { text, advice }, `${fields.kind} ${fields.status}`)
    const doubtsUrl = attentions(report)[0]?.advice?.includes('--hibob-url')
    t.equal(doubtsUrl, advice.source.includes('hibob-url'), `${fields.kind} ${fields.status}`)
  }
})

t.test('where HiBob answered the first call, no later failure casts doubt on the URL', async t => {
  for (const failed of [failure('rejected', 404), failure('invalid_answer', 200)]) {
    const calls = [
      call('company/people/fields'),
      call('people/search', { status: failed.status, contentType: 'text/html' }),
    ]
    const [finding] = attentions(judged({ people: failed, sample: { kind: 'not_asked' }, calls }))
    t.match(finding, { topic: 'permissions', advice: /--record/ })
    t.notMatch(finding?.advice, /--hibob-url/)
  }
})

t.test('lists: a shape, an odd item and a missing list are each said, a common failure once', async t => {
  const odd = judged({
    notes: ['GET /company/named-lists: $.department.items[3].name holds number, expected a text'],
    lists: [
      list('department', { outcome: { kind: 'ok', items: 2 } }),
      list('Kostenstelle', { outcome: { kind: 'ok', items: null } }),
    ],
  })
  t.match(
    odd.findings.filter(({ topic }) => topic === 'lists'),
    [
      { level: 'ok', text: 'department: 2 items (one object keyed by list name)' },
      { level: 'attention', text: /no list Kostenstelle/, advice: /case-sensitive/ },
    ],
  )
  t.match(notes(odd), [
    { topic: 'answers', text: /items\[3\]\.name holds number, expected a text\. That part is passed over/ },
  ])
  const forbidden = failure('forbidden', 403)
  t.match(
    attentions(judged({ lists: [list('department', { outcome: forbidden }), list('site', { outcome: forbidden })] })),
    [{ text: /the company's lists \(403\)/ }],
  )
})

t.test('a clock that is off by more than two minutes needs attention; the most exact answer counts', async t => {
  t.match(attentions(judged({ calls: [call('people/search', { clockAheadMs: 200_000 })] })), [{ text: /200 s behind/ }])
  t.match(attentions(judged({ calls: [call('people/search', { clockAheadMs: -200_000 })] })), [
    { text: /200 s ahead of/ },
  ])
  const calls = [call('people/search', { clockAheadMs: 300_000, clockWithinMs: 9000 }), call('people/search')]
  t.equal(judged({ calls }).clock.difference_ms, 100)
  t.match(notes(judged({ calls: [call('people/search', { clockAheadMs: null })] })), [{ topic: 'clock' }])
})

t.test('of the rate budget the newest answer of an endpoint counts, and what is nearly spent is a note', async t => {
  const calls = [call('people/search'), call('people/search', { rate: { limit: 50, remaining: 3, resetInMs: 900 } })]
  t.strictSame(judged({ calls }).rate, [{ endpoint: 'people/search', limit: 50, remaining: 3, reset_in_s: 1 }])
  t.match(notes(judged({ calls })), [{ topic: 'rate', text: /3 of 50/ }])
  t.match(notes(judged({ calls: [call('people/search', { rate: null })] })), [{ text: /did not say how many/ }])
})
