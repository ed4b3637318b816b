// Names that every JavaScript object has by birth mean nothing when they come from outside: they are names like any other.
import { deepEqual } from 'node:assert/strict'
import t from 'tap'
import { foldLog } from '../../test/support/fold-log.ts'
import { checkSettings, type Settings } from './index.ts'
import { type Given, lists, logOf, missing, observed } from './test-events.ts'
import { employed } from './test-fold.ts'
import { day, settings } from './test-settings.ts'

const names = [...Object.getOwnPropertyNames(Object.prototype), 'prototype']
const places = ['person', 'manager', 'department', 'list', 'item', 'field', 'tableKey', 'zone', 'tenant'] as const
type Place = (typeof places)[number]

/** One history in which each place holds the name that it is given. */
function history(of: (place: Place) => string): Given[] {
  const own = Object.fromEntries([[of('field'), 'odd']])
  const shown = {
    ...own,
    'work.department': of('department'),
    'work.title': of('item'),
    'work.reportsTo': of('manager'),
  }
  const document: Settings = {
    fields: {
      last_name: { from: 'work.custom.table', values: Object.fromEntries([[of('tableKey'), 'Tabled']]) },
      first_name: { from: 'work.custom.item', list: of('list') },
    },
    custom_fields: { badge: { from: 'work.custom.badge' } },
    person_time_zone: { from: 'work.custom.zone' },
    leavers: { ends: 'termination_date' },
  }
  const custom = { 'work.custom.table': of('tableKey'), 'work.custom.item': of('item'), 'work.custom.zone': of('zone') }
  const leaving = { 'internal.terminationDate': '2023-11-14' }
  return [
    lists('title', Object.fromEntries([[of('item'), 'A title']])),
    observed(of('person'), employed(shown), { labels: Object.fromEntries([[of('field'), 'Label']]) }),
    settings(document),
    lists(of('list'), Object.fromEntries([[of('item'), 'An item']])),
    observed(of('person'), employed({ ...custom, ...leaving, 'work.custom.badge': 'B' })),
    observed(of('person'), employed({ ...custom, ...leaving, 'work.custom.badge': { not: 'a text' } })),
    day('2023-11-15', of('zone')),
    observed(of('manager'), employed({ 'root.email': 'boss@example.com' })),
    missing(of('manager')),
    settings({ ...document, custom_fields: {} }, 2),
    ['tenant.resend.requested', { resendId: 'r', userIds: [of('person')], teamIds: [of('department')] }],
  ]
}

const plain = (place: Place) => `plain${places.indexOf(place)}`

/** What the history folds to when one place has a name of its own, which is then replaced by its plain one. */
function folded(odd: Place, name: string) {
  const of = (place: Place) => (place === odd ? name : plain(place))
  const { users, teams, managers, states, changes, parked } = foldLog(logOf(history(of), of('tenant')))
  const told = changes.map(({ value }) => value)
  const text = JSON.stringify({ users, teams, managers, states, parked, told }).replaceAll(name, plain(odd))
  const found = JSON.parse(text) as Record<string, unknown[]>
  // by their ids, whose order goes by the name
  for (const documents of Object.values(found))
    documents.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return found
}

t.test('a history folds to the same whatever its people, lists, fields and zones are called', async t => {
  const expected = folded('person', plain('person'))
  t.same(expected['parked'], [])
  t.match(expected['users']?.[0], { user: { last_name: 'Tabled', first_name: 'An item', status: 'deactivated' } })
  for (const place of places.filter(place => place !== 'tenant'))
    for (const name of names) deepEqual(folded(place, name), expected, `${name} as ${place}`)
  // tenant ids have no “_”
  for (const name of names.filter(name => !name.includes('_'))) deepEqual(folded('tenant', name), expected, name)
})

t.test('a custom field that an accepted document calls constructor is empty until it has a value', async t => {
  const own = (name: string): Settings => ({
    custom_fields: Object.fromEntries([[name, { from: `work.custom.${name}` }]]),
  })
  const given = [observed('1', employed()), settings(own('badge')), settings(own('constructor'), 2)]
  const { changes, users } = foldLog(logOf(given))
  t.same(Object.entries(users[0]?.user.custom_fields ?? {}), [['constructor', null]])
  for (const { value } of changes)
    for (const { from, to } of JSON.parse(value ?? '{}').data.changed) t.notSame(from, to, 'a change changes something')
})

t.test('no new document may call a custom field by such a name', async t => {
  for (const name of names) {
    const checked = checkSettings({ custom_fields: Object.fromEntries([[name, { constant: 'x' }]]) })
    t.match(checked, { problems: [{ path: `/custom_fields/${name}` }] }, name)
  }
  t.match(checkSettings({ custom_fields: { construct: { constant: 'x' }, proto: { constant: 'x' } } }), {
    settings: {},
  })
})

t.test('such names as table keys, sections and settings are looked at as what they are', async t => {
  for (const name of names) {
    t.match(
      checkSettings({ fields: { email: { from: 'work.x', values: Object.fromEntries([[name, 'y']]) } } }),
      { settings: {} },
      name,
    )
    t.match(checkSettings(Object.fromEntries([[name, 1]])), { problems: [{ path: `/${name}` }] }, name)
    t.match(checkSettings({ fields: Object.fromEntries([[name, null]]) }), { problems: [{}] }, name)
  }
})
