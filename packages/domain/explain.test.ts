// Why a value is as it is, from the documents that a log folds to and the few records that these lead to.
import t from 'tap'
import { newestStretch } from './index.ts'
import { deletedWebhook, type Given, lists, logOf, missing, observed, unchanged } from './test-events.ts'
import { explained } from './test-evidence.ts'
import { employed } from './test-fold.ts'

const webhook = (employeeId: string, rest: object = {}): Given => {
  const [type, data] = deletedWebhook(employeeId)
  const told = { webhookType: 'employee.updated', changedFields: ['root.email'], triggeredBy: 'actor-7', ...rest }
  return [type, { ...data, ...told }]
}
const because = (offset: number, more: object = {}) => ({
  observedAt: '2026-11-03T08:15:40.000Z',
  cause: { kind: 'webhook', eventId: `e${offset}-acme`, offset, triggeredBy: 'actor-7' },
  ...more,
})
const timeOf = (offset: number) => new Date(logOf([webhook('1')], 'acme', offset)[0]?.time ?? 0).toISOString()
const filler = (count: number): Given[] => Array.from({ length: count }, (_, n) => webhook(`other-${n}`))

t.test('a value leads to its event, the webhook behind it, and when each thing happened', async t => {
  const log = logOf([
    webhook('1'),
    observed('1', employed({ 'work.department': 7 }), { labels: { 'work.department': 'R&D' }, ...because(0) }),
    webhook('1', { triggeredBy: 'actor-8' }),
    observed('1', employed({ 'work.department': 7, 'root.email': 'new@example.com' }), because(2)),
  ])
  const { field, standing, status } = explained(log, '1', { itemNames: new Map([['department/7', 'Research']]) })
  t.match({ standing, status }, { standing: 'user', status: 'active' })
  const email = field('email')
  t.match(email, {
    value: 'new@example.com',
    rule: 'standard',
    hibob: [{ path: 'root.email', value: 'new@example.com', shown: true }],
    event: { id: 'e3-acme', offset: 3, type: 'hibob.employee.observed' },
  })
  t.match(email?.steps, [
    { step: 'received', at: timeOf(2), text: /employee\.updated of root\.email/, event: { offset: 2, by: 'actor-8' } },
    { step: 'read', at: '2026-11-03T08:15:40.000Z' },
    { step: 'recorded', at: timeOf(3) },
    { step: 'folded', at: 'folded 3' },
    { step: 'published', at: 'published 3', text: /learnamp\.user\.updated/ },
  ])
  t.match(field('primary_team')?.hibob, [{ path: 'work.department', value: 7, label: null, item_name: 'Research' }])
  t.match(field('first_name')?.steps[0], { step: 'received', event: { offset: 0, by: 'actor-7' } }, 'set by the former')
})

t.test('one field is explained alone, and one that no user has is not', async t => {
  const log = logOf([observed('1', employed())])
  t.same(
    explained(log, '1', {}, 'email').fields.map(({ field }) => field),
    ['email'],
  )
  t.same(explained(log, '1', {}, 'shoe_size').fields, [])
})

t.test('a value that follows from another record says which: a list, or the manager’s own', async t => {
  const log = logOf([
    observed('1', employed({ 'work.department': '7', 'work.reportsTo': '2' })),
    lists('department', { '7': 'Named' }),
    webhook('2'),
    observed('2', employed({ 'root.displayName': 'Boss' }), because(2)),
  ])
  const { field } = explained(log, '1')
  t.match(field('primary_team')?.event, { type: 'hibob.lists.observed', offset: 1 })
  t.match(field('override_manager')?.event, { type: 'hibob.employee.observed', subject: '2' })
  t.match(field('override_manager')?.steps[0], { step: 'received', event: { subject: '2' } })
})

t.test(
  'a field that HiBob left out of its last answer is hidden, and its value is called the last one shown',
  async t => {
    const log = logOf([
      observed('1', employed({ 'root.surname': 'Example' })),
      observed('1', employed({}), { absent: ['root.surname', 'work.startDate'] }),
    ])
    const { field, stepsOf } = explained(log, '1')
    t.match(field('last_name'), { value: 'Example', event: { offset: 0 } })
    t.match(field('last_name')?.steps.at(-1), { step: 'hidden', event: { offset: 1 } })
    t.match(field('hire_date')?.steps.at(-1), { step: 'hidden', text: /never showed it before/ })
    t.ok(stepsOf('leave_date')?.includes('never_shown'), 'not in any answer, and not named as absent')
    t.notOk(stepsOf('email')?.includes('hidden'))
  },
)

t.test('what was not sent yet says so, and so does a value that a replay gave', async t => {
  const log = logOf([observed('1', employed())])
  const checkpoint = { position: { offset: 0, step: 2, after: null }, published: { offset: 0, step: 0 } }
  const told = [{ offset: 0, step: 1, type: 'learnamp.user.created', foldedAt: null, publishedAt: null }]
  t.ok(explained(log, '1', { checkpoint, changes: told }).stepsOf('email')?.includes('not_published'))
  t.ok(explained(log, '1', { changes: [] }).stepsOf('email')?.includes('not_told'))
})

t.test('a manager who is not active is shown as such', async t => {
  const log = logOf([observed('1', employed({ 'work.reportsTo': '9' }))])
  const { stepsOf, fields } = explained(log, '1')
  t.ok(stepsOf('override_manager')?.includes('manager_unknown'))
  const self = explained(logOf([observed('1', employed({ 'work.reportsTo': '1' }))]), '1')
  t.ok(self.stepsOf('override_manager')?.includes('manager_cyclic'))
  t.equal(fields.length, 11, 'every field but the id')
})

t.test('only the records that documents name are read, however long the log', async t => {
  const log = logOf([
    webhook('1'),
    observed('1', employed(), because(0)),
    ...filler(6000),
    unchanged([{ id: '1', digest: JSON.stringify(employed()) }], { offset: 6002, takeover: 1, request: 1 }),
    ...filler(3000),
  ])
  const { read, finding } = explained(log, '1')
  t.equal(read, 3)
  t.match(finding('last_read'), { text: /as before/ })
  t.ok(explained(log, 'nobody').read <= newestStretch)
})

t.test('an observation without an offset names the id of what asked for it', async t => {
  const cause = { kind: 'webhook', eventId: 'lost', triggeredBy: 'actor-7' }
  const { field } = explained(logOf([webhook('1'), observed('1', employed(), { cause })]), '1')
  t.match(field('email')?.steps[0], { step: 'received', at: null, text: /lost, by actor-7: --search/ })
  const found = { kind: 'webhook', eventId: 'e0-acme' }
  const log = logOf([webhook('1'), observed('1', employed(), { cause: found })])
  const records = new Map(log.map(record => [record.offset, record]))
  t.match(explained(log, '1', { records }).field('email')?.steps[0], { step: 'received', event: { offset: 0 } })
})

t.test('an event of a type that is not known here, and a rule of another name, are shown as they are', async t => {
  const log = logOf([observed('1', employed())])
  const later = log.map(record => ({
    ...record,
    value: JSON.stringify({ ...JSON.parse(record.value ?? ''), type: 'tenant.moon.rose', data: { by: 'ada' } }),
  }))
  const records = new Map(later.map(record => [record.offset, record]))
  const { document } = explained(log, '1')
  const user = { ...document, provenance: document.provenance.map(entry => ({ ...entry, rule: 'moonlight 7' })) }
  const { field } = explained(log, '1', { user, records, looked: [{ from: 0, to: 1 }] })
  t.match(field('email'), {
    rule: 'moonlight 7',
    event: { type: 'tenant.moon.rose', by: 'ada' },
    steps: [{ text: 'tenant.moon.rose, by ada' }],
  })
})

t.test(
  'a person whom HiBob does not show: unseen without a webhook, not deleted without a reading, deleted with both',
  async t => {
    const unseen = explained(logOf([observed('1', employed()), missing('1')]), '1')
    t.equal(unseen.standing, 'user')
    t.match(unseen.finding('unseen'), { at: timeOf(1) })
    t.match(unseen.finding('missing'), { event: { type: 'hibob.employee.missing' } })

    const claimed = explained(logOf([observed('1', employed()), deletedWebhook('1', { triggeredBy: 'hr' })]), '1')
    t.match(claimed.finding('deletion_claimed'), { at: timeOf(1), event: { by: 'hr' } })
    t.ok(claimed.finding('deletion_not_confirmed'))

    const deleted = explained(logOf([observed('1', employed()), deletedWebhook('1'), missing('1', because(1))]), '1')
    t.equal(deleted.standing, 'deleted')
    t.notOk(deleted.finding('deletion_not_confirmed') ?? deleted.finding('unseen'))
    t.match(deleted.field('status')?.steps[0], { step: 'received', text: /employee\.deleted/ })
  },
)

t.test(
  'a person who is no user: never seen, missing, deleted before anything was seen, of another company',
  async t => {
    const nobody = explained(logOf(filler(3)), '1')
    t.equal(nobody.standing, 'unknown')
    t.match(nobody.steps, [{ step: 'never_seen', text: /nothing of them is in the log/ }])
    t.match(explained(logOf(filler(newestStretch + 1)), '1').steps, [{ text: /newest 2000 events.*--search/ }])

    const gone = explained(logOf([webhook('1'), missing('1', because(0)), ...filler(5)]), '1')
    t.equal(gone.standing, 'not_a_user')
    t.match(gone.finding('missing'), { text: /did not show them.*employee\.updated/ })

    const deleted = explained(logOf([deletedWebhook('1')]), '1')
    t.equal(deleted.standing, 'not_a_user')
    t.match(deleted.finding('deletion_claimed'), { event: { offset: 0 } })

    const foreign = explained(logOf([webhook('1', { companyMismatch: true, companyId: '999' })]), '1')
    t.equal(foreign.standing, 'not_a_user')
    t.match(foreign.finding('webhook_of_another_company'), { text: /company 999/ })
  },
)

t.test(
  'what stands in the way is said: parked events, readings due, a tenant that is stopped, services behind',
  async t => {
    const parked = explained(logOf([observed('1', {})]), '1', {
      user: null,
      parked: [{ id: '0-0', offset: 0, code: 'fold_failed', message: 'it broke', parkedAt: '2026-11-03T08:00:00Z' }],
      parkedOthers: 2,
    })
    t.equal(parked.standing, 'not_a_user')
    t.match(parked.finding('parked'), { text: /fold_failed.*parked show 0-0/, event: { offset: 0 } })
    t.ok(parked.finding('parked_others'))

    const due = explained(logOf([webhook('1')]), '1', {
      tenant: { id: 'acme', state: 'paused', stateDetail: null, generation: 1 },
      pending: { kind: 'webhook', dueAt: Date.parse('2026-11-03T08:00:00Z'), offset: 0, triggeredBy: 'actor-7' },
      dated: [{ at: Date.parse('2026-12-01T00:00:00Z') }],
      importerAt: 0,
      checkpoint: null,
    })
    t.equal(due.standing, 'not_a_user')
    t.match(due.finding('reading_due'), {
      at: '2026-11-03T08:00:00.000Z',
      text: /employee\.updated.*once the tenant is active/,
    })
    t.match(due.finding('reading_scheduled'), { at: '2026-12-01T00:00:00.000Z' })
    for (const step of ['tenant_paused', 'importer_behind', 'projector_behind']) t.ok(due.finding(step), step)

    const state = { id: 'acme', state: 'credentials_invalid', stateDetail: 'HiBob said 401', generation: 1 }
    t.match(explained([], '1', { tenant: state }).finding('tenant_credentials_invalid'), { text: /401/ })
    const removed = explained(logOf([observed('1', employed()), ['tenant.removed', { by: 'x' }]]), '1', {
      tenant: { ...state, state: 'removed', stateDetail: null },
    })
    t.equal(removed.standing, 'not_a_user', 'what was told of the person is still known')
    t.ok(removed.finding('tenant_removed'))
    t.match(removed.finding('last_told'), { text: /learnamp\.user\.deleted/, at: 'published 1' })
    t.notOk(removed.finding('never_seen'))
  },
)
