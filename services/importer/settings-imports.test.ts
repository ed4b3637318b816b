import { needsOf, type Settings, type TenantState } from '@hibob-sync/domain'
import t from 'tap'
import { importForSettings } from './settings-imports.ts'

const state = (version: number, settings: Settings, former: Settings | null = null): TenantState => ({
  _id: 'acme/1/tenant',
  tenantId: 'acme',
  generation: 1,
  kind: 'tenant',
  removed: false,
  lastResendId: null,
  settings: {
    version,
    json: JSON.stringify(settings),
    formerJson: former === null ? null : JSON.stringify(former),
    eventId: `event-${version}`,
  },
})
const field = 'work.custom.field_7'
const knownAs = (from: string): Settings => ({ fields: { first_name: { from } } })
const none = { completed: null, open: null }
const asked = (version: number, settings: Settings) => ({ completed: needsOf(state(version, settings)), open: null })

t.test('settings that need a field or a list of their own call for an import, named for the event', async t => {
  t.equal(importForSettings('acme', state(1, knownAs(field)), none), 'settings-acme-event-1')
  const listed: Settings = { fields: { primary_team: { from: field, list: 'team' } } }
  t.equal(importForSettings('acme', state(1, listed), asked(0, knownAs(field))), 'settings-acme-event-1')
  const dated: Settings = { leavers: { ends: 'last_day_of_work' } }
  t.equal(importForSettings('acme', state(1, dated), none), 'settings-acme-event-1', 'a date that is not standard')
})

t.test('settings that need nothing new call for none', async t => {
  t.equal(importForSettings('acme', null, none), null)
  t.equal(importForSettings('acme', state(1, {}), none), null)
  t.equal(importForSettings('acme', state(1, { invites: { when: 'hire_date' } }), none), null)
  t.equal(importForSettings('acme', state(1, knownAs('work.title')), none), null)
  t.equal(importForSettings('acme', state(2, {}, knownAs(field)), asked(1, knownAs(field))), null, 'less than before')
  const same = state(2, { ...knownAs(field), invites: { when: 'hire_date' } }, knownAs(field))
  t.equal(importForSettings('acme', same, asked(1, knownAs(field))), null)
})

t.test('an import made under these settings, or later ones, is enough', async t => {
  t.equal(importForSettings('acme', state(3, knownAs(field)), asked(3, knownAs(field))), null)
  t.equal(importForSettings('acme', state(3, knownAs(field)), asked(4, {})), null)
})

t.test('what the settings before needed but no import has asked for is asked for', async t => {
  const changed = state(2, { ...knownAs(field), invites: { when: 'hire_date' } }, knownAs(field))
  t.equal(importForSettings('acme', changed, asked(0, {})), 'settings-acme-event-2')
})

t.test('a field that was left out for a while is read again', async t => {
  const again = state(3, knownAs(field), {})
  t.equal(importForSettings('acme', again, asked(1, knownAs(field))), 'settings-acme-event-3')
})

t.test('while an import is open none is asked for', async t => {
  t.equal(importForSettings('acme', state(1, knownAs(field)), { completed: null, open: { _id: 'i1' } }), null)
})
