import t from 'tap'
import { standardFields } from '../hibob-fields.ts'
import { needsOf, newNeedsOf } from './needs.ts'
import type { Settings } from './settings.ts'

const state = (settings: Settings, former?: Settings) => ({
  _id: 'acme/1/tenant',
  tenantId: 'acme',
  generation: 1,
  kind: 'tenant' as const,
  removed: false,
  lastResendId: null,
  settings: {
    version: 7,
    json: JSON.stringify(settings),
    formerJson: former === undefined ? null : JSON.stringify(former),
    eventId: 'e7',
  },
})
const team = 'work.customColumns.column_1'

t.test('without settings HiBob is asked for the standard fields and lists', async t => {
  const needs = needsOf(null)
  t.same(needs.fields, standardFields)
  t.same(needs.lists, ['department', 'title', 'site'])
  t.equal(needs.version, 0)
})

t.test('settings add what they read, once, and no more', async t => {
  const needs = needsOf(
    state({
      fields: {
        primary_team: { from: team, list: 'team' },
        first_name: { from: ['root.secondName', 'root.firstName'] },
      },
      custom_fields: { squad: { from: team, list: 'team' }, site: { from: 'work.siteId' } },
      scope: { include: { field: 'payroll.employment.type', equals: 'Permanent' }, otherwise: 'flag' },
    }),
  )
  t.same(needs.fields.slice(standardFields.length).sort(), ['payroll.employment.type', 'root.secondName', team])
  t.same(needs.lists, ['department', 'title', 'site', 'team'])
  t.same(needs.listFields.slice(3), [{ list: 'team', path: team }])
  t.equal(needs.version, 7)
})

t.test('whoever leaves by the last day of work must be asked for it', async t => {
  t.ok(needsOf(state({ leavers: { ends: 'last_day_of_work' } })).fields.includes('employee.lastDayOfWork'))
  t.notOk(needsOf(state({ leavers: { ends: 'termination_date' } })).fields.includes('employee.lastDayOfWork'))
})

t.test('HiBob is never asked for more fields than it takes', async t => {
  const names = Array.from({ length: 500 }, (_, number) => [`f${number}`, { from: `work.custom.field_${number}` }])
  t.equal(needsOf(state({ custom_fields: Object.fromEntries(names) })).fields.length, 398)
})

t.test('what is new is what the settings before did not need', async t => {
  const now: Settings = { fields: { primary_team: { from: team, list: 'team' } } }
  t.same(newNeedsOf(null), { fields: [], lists: [] })
  t.same(newNeedsOf(state(now)), { fields: [team], lists: ['team'] })
  t.same(newNeedsOf(state(now, now)), { fields: [], lists: [] })
  t.same(newNeedsOf(state({}, now)), { fields: [], lists: [] })
})
