// An explanation under a tenant's own settings: rules, scope, what is held back and what was rejected.
import t from 'tap'
import { type Given, logOf, observed } from './test-events.ts'
import { explained } from './test-evidence.ts'
import { employed } from './test-fold.ts'

const settings = (version: number, chosen: object): Given => [
  'tenant.settings.changed',
  { settings: chosen, version, basedOn: version - 1, by: 'ada', reason: 'as agreed' },
]
const namesOf = (steps: { step: string }[] = []) => steps.map(({ step }) => step)

t.test('a field under a rule leads to the settings that gave it its value, and shows the rule in force', async t => {
  const rule = { from: 'work.custom.field_1', list: 'sub', as: 'label' }
  const log = logOf([
    observed('1', employed({ 'work.custom.field_1': '70' }), { labels: { 'work.custom.field_1': 'Sales' } }),
    settings(1, { fields: { job_title: rule }, custom_fields: { badge: { from: 'root.id' } } }),
  ])
  const { field } = explained(log, '1', { itemNames: new Map([['sub/70', 'Sales and more']]) })
  t.match(field('job_title'), {
    value: 'Sales',
    rule: 'settings 1',
    settings_version: 1,
    in_force: { settings_version: 1, rule },
    hibob: [{ path: 'work.custom.field_1', value: '70', label: 'Sales', item_name: 'Sales and more' }],
    event: { type: 'tenant.settings.changed', by: 'ada' },
  })
  t.match(field('job_title')?.steps[0], { step: 'recorded', text: 'settings version 1 (as agreed), by ada' })
  t.match(field('custom_fields.badge'), { rule: 'settings 1', hibob: [{ path: 'root.id' }] })
  t.match(field('email'), { rule: 'standard', settings_version: null, in_force: null })
})

t.test('a rule whose fields HiBob has not been asked for, and one that could not be followed, say so', async t => {
  const log = logOf([
    observed('1', employed({ 'work.startDate': '2026-01-01' })),
    settings(1, { fields: { hire_date: { constant: 'soon' } }, custom_fields: { badge: { from: 'work.custom.b' } } }),
  ])
  const { field } = explained(log, '1')
  t.match(field('hire_date'), { value: '2026-01-01', steps: Array })
  t.ok(namesOf(field('hire_date')?.steps).includes('rule_failed'))
  t.ok(namesOf(field('custom_fields.badge')?.steps).includes('rule_not_yet'))
  const read = [...log, ...logOf([observed('1', employed(), { absent: ['work.custom.b'] })], 'acme', 2)]
  const steps = namesOf(explained(read, '1').field('custom_fields.badge')?.steps)
  t.match([steps.includes('rule_not_yet'), steps.includes('hidden')], [false, true])
})

t.test(
  'who is outside the scope is no user, and the fields that decide are shown; a former user is flagged',
  async t => {
    const scope = { include: { field: 'work.site', equals: 'Berlin' }, otherwise: 'flag' }
    const log = logOf([
      observed('1', employed({ 'work.site': 'Rome' })),
      settings(1, { scope }),
      observed('2', employed({ 'work.site': 'Oslo' })),
      observed('3', employed({ 'work.site': 'Berlin' })),
    ])
    t.match(explained(log, '2'), { standing: 'not_a_user', status: 'deleted' })
    t.match(explained(log, '2').finding('outside_scope'), { text: /work\.site is "Oslo"; they were never a user/ })
    t.equal(explained(log, '1').standing, 'user')
    t.match(explained(log, '1').finding('outside_scope'), { text: /they were a user before/ })
    t.notOk(explained(log, '3').finding('outside_scope'))
  },
)

t.test(
  'what the brake holds back is shown with its event, on the person and on the field; so is what was rejected',
  async t => {
    const log = logOf([
      settings(1, { brake: { at_least: 0, percent: 0 } }),
      observed('1', employed()),
      observed('1', employed({ 'internal.lifecycleStatus': 'Terminated' })),
    ])
    const held = explained(log, '1')
    t.match(held, { standing: 'user', status: 'active' })
    t.match(held.finding('held'), { text: /status held back under hold acme-2/, event: { offset: 2 } })
    t.match(held.field('status')?.steps.at(-1), { step: 'held', text: /"deactivated".*acme-2/, event: { offset: 2 } })
    t.notOk(namesOf(held.field('email')?.steps).includes('held'))
    const decided = [...log, ...logOf([['tenant.hold.rejected', { holdId: 'acme-2', by: 'ada' }]], 'acme', 3)]
    const rejected = explained(decided, '1')
    t.notOk(rejected.finding('held'))
    t.match(rejected.field('status')?.steps.at(-1), { step: 'rejected', text: /"deactivated"/ })
    const approved = [...log, ...logOf([['tenant.hold.approved', { holdId: 'acme-2', by: 'ada' }]], 'acme', 3)]
    t.match(explained(approved, '1').field('status'), {
      value: 'deactivated',
      event: { type: 'tenant.hold.approved', by: 'ada' },
    })
  },
)

t.test('an invite and the next date on which something is due are told', async t => {
  const log = logOf([
    settings(1, { invites: { when: 'hire_date' }, leavers: { ends: 'termination_date' } }),
    observed('1', employed({ 'work.startDate': '2030-05-01', 'internal.lifecycleStatus': 'Hired' })),
  ])
  const { finding, field } = explained(log, '1')
  t.match(finding('invite_waiting'), { text: /on 2030-05-01/ })
  t.match(finding('next_date'), { text: /2030-05-01 begins in UTC/ })
  t.same(
    field('status')?.hibob.map(({ path }) => path),
    ['internal.lifecycleStatus', 'internal.terminationDate'],
  )
})
