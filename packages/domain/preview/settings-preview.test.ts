// A preview is the fold: what it says of each person is what services are then told, and what is kept back.
import t from 'tap'
import { foldLog } from '../../../test/support/fold-log.ts'
import {
  compiledFrom,
  generationMemory,
  type PersonPreview,
  previewCounts,
  previewSettings,
  type Settings,
  type TenantState,
  type UserDocument,
} from '../index.ts'
import { type Given, logOf, observed } from '../test-events.ts'
import { employed } from '../test-fold.ts'

const scope = { tenantId: 'acme', generation: 1 }
const pageSize = 7

function previewed(given: readonly Given[], settings: Settings) {
  const log = logOf(given)
  const folded = foldLog(log)
  const memory = generationMemory({ whole: true })
  for (const name of ['users', 'teams', 'managers', 'states'] as const)
    for (const document of folded[name]) memory.put(name, document._id, document as never)
  const state = memory.get('states', 'acme/1/tenant') as TenantState | null
  const time = (log.at(-1)?.time ?? 0) + 600_000
  const preview = previewSettings({ settings, state, scope, partition: 0, offset: log.length, time })
  const counts = previewCounts(compiledFrom(JSON.stringify(settings)))
  const people: PersonPreview[] = []
  const now = () => memory.get('states', 'acme/1/tenant') as TenantState | null
  for (let plan = preview.next(now()); plan !== null; plan = preview.next(now())) {
    const { phase, after, users } = plan
    const ids =
      phase === 'head'
        ? []
        : memory
            .page(phase, users)
            .filter(id => id > (after ?? ''))
            .slice(0, pageSize)
    const former = phase === 'users' ? ids.map(id => memory.get('users', id) as UserDocument) : []
    const slice = preview.begin(memory.loaded, plan, ids, ids.length < pageSize)
    for (const step of slice.steps) slice.fold(step)
    const batch = slice.end()
    const found = preview.take(batch, plan, former)
    memory.take(batch.writes)
    counts.add(batch, former, found)
    people.push(...found)
  }
  return { people, counts: counts.result(), version: state?.settings?.version ?? 0 }
}

/** What really happens when the same settings are saved then. */
function saved(given: readonly Given[], settings: Settings, basedOn: number) {
  const event: Given = ['tenant.settings.changed', { settings, version: basedOn + 1, basedOn, by: 'ada' }]
  const folded = foldLog(logOf([...given, event]), { pageSize: 5 })
  const told = folded.changes
    .filter(({ offset, topic }) => offset === given.length && topic === 'users')
    .map(({ value }) => JSON.parse(value ?? '') as { subject: string; type: string; data: { changed: unknown } })
  const held = folded.users.filter(({ standing }) => standing?.held?.offset === given.length)
  return {
    told: told.map(({ subject, type, data }) => ({ id: subject, type, changed: data.changed })),
    held: held.map(({ user, standing }) => ({ id: user.id, claims: standing?.held?.claims })),
  }
}

const people = (count: number): Given[] =>
  Array.from({ length: count }, (_, n) =>
    observed(
      String(100 + n),
      employed({
        'root.displayName': `Person ${n}`,
        'root.email': `p${n}@example.com`,
        'work.department': String(n % 3),
        'work.title': n % 2 === 0 ? '1' : '2',
        'work.reportsTo': String(100 + (n % 4)),
      }),
      { labels: { 'work.title': n % 2 === 0 ? 'Engineer' : 'Nurse' } },
    ),
  )

function isAsSaved(test: Pick<typeof t, 'same'>, given: readonly Given[], settings: Settings) {
  const preview = previewed(given, settings)
  const then = saved(given, settings, preview.version)
  const told = preview.people.filter(({ change }) => change !== null)
  test.same(
    told.map(({ id, change, changed }) => ({ id, type: `learnamp.user.${change}`, changed })),
    then.told,
  )
  const held = preview.people.filter(person => person.held.length > 0)
  test.same(
    held.map(person => ({
      id: person.id,
      claims: Object.fromEntries(person.held.map(({ field, to }) => [field, to])),
    })),
    then.held,
  )
  return preview
}

t.test('a field that is mapped otherwise is previewed as it then happens, person by person', async t => {
  const { people: all, counts } = isAsSaved(t, people(20), { fields: { job_title: { from: 'work.title', as: 'id' } } })
  t.equal(all.length, 20)
  t.match(counts, { people: 20, changed: 20, types: { updated: 20 }, fields: { job_title: 20 }, waiting: [] })
})

t.test('who goes out of scope is counted, and above the brake’s limit kept back in the preview as then', async t => {
  const scoped = (otherwise: 'flag' | 'leaver'): Settings => ({
    scope: { include: { field: 'work.title', equals: '1' }, otherwise },
  })
  const leaving = isAsSaved(t, people(40), scoped('leaver'))
  t.match(leaving.counts, { people: 40, goes_out: 20, held: 20, changed: 0, held_fields: { status: 20 } })
  const flagged = isAsSaved(t, people(40), scoped('flag'))
  t.match(flagged.counts, { goes_out: 20, held: 0, changed: 0 })
  const few = isAsSaved(t, people(8), scoped('leaver'))
  t.match(few.counts, { goes_out: 4, held: 0, changed: 4, types: { deactivated: 4 } })
})

t.test('a preview starts from the settings in force', async t => {
  const first: Settings = { fields: { job_title: null } }
  const given: Given[] = [
    ...people(6),
    ['tenant.settings.changed', { settings: first, version: 1, basedOn: 0, by: 'x' }],
  ]
  t.equal(isAsSaved(t, given, {}).counts.changed, 6)
  t.equal(isAsSaved(t, given, first).people.length, 0, 'the same again changes nobody')
})

t.test('rules whose fields HiBob was not asked for yet are counted, and change nobody until then', async t => {
  const settings: Settings = { fields: { location: { from: 'work.custom.field_7' } } }
  const { counts, people: all } = isAsSaved(t, people(5), settings)
  t.same(counts.waiting, [{ rule: 'fields.location', paths: ['work.custom.field_7'], people: 5 }])
  t.same(all, [])
})

t.test('a scope over a field that HiBob was not asked for yet puts nobody out until then', async t => {
  const settings: Settings = {
    scope: { include: { field: 'work.custom.field_7', equals: 'yes' }, otherwise: 'leaver' },
  }
  const { counts, people: all } = isAsSaved(t, people(5), settings)
  t.same(counts.waiting, [{ rule: 'scope', paths: ['work.custom.field_7'], people: 5 }])
  t.same(all, [])
  const asked = people(5).map(([type, data]): Given => [type, { ...(data as object), absent: ['work.custom.field_7'] }])
  const event: Given = ['tenant.settings.changed', { settings, version: 1, basedOn: 0, by: 'ada' }]
  const { users } = foldLog(logOf([...people(5), event, ...asked]))
  t.same(
    users.map(({ standing }) => standing?.flags),
    users.map(() => ['outside_scope']),
    'asked for and not given counts as empty',
  )
})

t.test('managers mapped otherwise are seen so by those who report to them, as then', async t => {
  isAsSaved(t, people(25), { fields: { email: { from: 'root.displayName' } } })
})

t.test('settings change nothing for people without a known lifecycle status, and a preview shows nothing', async t => {
  const waiting = observed('1', employed({ 'internal.lifecycleStatus': null, 'work.site': 'Mars' }))
  const documents: Settings[] = [
    { scope: { include: { field: 'work.site', equals: 'London' }, otherwise: 'leaver' } },
    { fields: { job_title: { from: 'work.site' } } },
    { invites: { when: 'immediately' } },
  ]
  for (const settings of documents) {
    const { people, counts } = previewed([waiting], settings)
    t.same(people, [])
    t.match(counts, { people: 1, changed: 0, goes_out: 0, held: 0, errors: {}, invites: 0 })
  }
})
