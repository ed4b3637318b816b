// A settings document is checked whole: each problem with where it is and what to do.
import { equal, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { Value } from 'typebox/value'
import { checkSettings, type Known } from './check-settings.ts'
import { compileSettings } from './compile-settings.ts'
import { Settings } from './settings.ts'

const known: Known = {
  fields: [
    { id: 'work.department', name: 'Department', list: 'department' },
    { id: 'work.site', name: 'Site', list: null },
    { id: 'work.startDate', name: 'Start date', list: null, type: 'date' },
    { id: 'work.isManager', name: 'Is manager', list: null, type: 'boolean' },
    { id: 'work.custom.field_17', name: 'Sub-department', list: 'subDepartments' },
    { id: 'work.custom.field_18', name: 'Grade', list: 'grades' },
  ],
  timeZones: ['UTC', 'Europe/London'],
}

function problemsOf(document: unknown): Record<string, string> {
  const checked = checkSettings(document, known)
  return 'problems' in checked ? Object.fromEntries(checked.problems.map(({ path, message }) => [path, message])) : {}
}
const settingsOf = (document: unknown) => {
  const checked = checkSettings(document, known)
  return 'settings' in checked ? checked.settings : checked.problems
}

t.test('nothing at all is the standard behaviour', async t => {
  t.same(checkSettings({}), { settings: {} })
})

t.test('every problem of the shape is told at once, where it is and in plain words', async t => {
  t.same(
    problemsOf({
      time_zone: 5,
      teams: true,
      over_ride_manager: true,
      fields: { email: { from: 'abc', as: 'x', z: 1 }, location: 7, hire: {} },
      custom_fields: { 'Sub Dept': {}, 'a/b': {}, ok: { from: [] } },
      scope: { otherwise: 'delete' },
      invites: { days_before: 1.5 },
      leavers: { grace_days: 400, unseen: { after_days: -1 } },
      brake: { percent: 200 },
      alert_url: 'ftp://x',
    }),
    {
      '/time_zone': 'must be a text of at most 64 characters',
      '/teams': 'is no setting; did you mean “team_parents”?',
      '/over_ride_manager': 'is no setting; did you mean “override_manager”?',
      '/fields/email/from': 'must be a HiBob field id, such as “work.department”',
      '/fields/email/as': 'must be “label” or “id”',
      '/fields/email/z': 'is no setting; here are from, constant, expression, as, list, values, default, when_empty',
      '/fields/location': 'must be an object or null',
      '/fields/hire': 'is no setting; did you mean “hire_date”?',
      '/custom_fields/Sub Dept':
        'is no name for a custom field: use small letters, digits and “_”, a letter first, at most 63 characters',
      '/custom_fields/a~1b':
        'is no name for a custom field: use small letters, digits and “_”, a letter first, at most 63 characters',
      '/custom_fields/ok/from': 'must be a list of 1 to 10, each a HiBob field id, such as “work.department”',
      '/scope/include': 'is missing: a condition',
      '/scope/otherwise': 'must be “flag” or “leaver”',
      '/invites/when': 'is missing: “never”, “immediately” or “hire_date”',
      '/invites/days_before': 'must be a whole number from 0 to 365',
      '/leavers/grace_days': 'must be a whole number from 0 to 365',
      '/leavers/unseen/action': 'is missing: “keep”, “flag” or “deactivate”',
      '/leavers/unseen/after_days': 'must be a whole number from 0 to 365',
      '/brake/percent': 'must be a number from 0 to 100',
      '/alert_url': 'must be a web address that begins with “https://” or “http://”',
    },
  )
  for (const document of [null, [], 'x', 1]) t.same(problemsOf(document), { '': 'settings are a JSON object' })
})

t.test('a rule takes exactly one of from, constant and expression', async t => {
  t.same(
    problemsOf({ fields: { email: {}, location: { from: 'work.site', constant: 'x' } }, custom_fields: { a: {} } }),
    {
      '/fields/email': 'has none of from, constant, expression',
      '/fields/location': 'has from and constant; it takes exactly one of from, constant, expression',
      '/custom_fields/a': 'has none of from, constant, expression',
    },
  )
})

t.test('a HiBob field that the company does not have is named, with those near it by id and by name', async t => {
  const problems = problemsOf({
    fields: {
      primary_team: { from: ['work.departmnt', 'work.department'] },
      job_title: { from: 'work.subDepartment' },
    },
    custom_fields: { a: { expression: 'work.custom.field_19 & work.site' } },
    scope: { include: { not: { field: 'work.sites', equals: 'x' } }, otherwise: 'flag' },
  })
  t.match(
    problems['/fields/primary_team/from/0'],
    /^HiBob has no field “work.departmnt”; near it are “work.department” \(Department\)/,
  )
  t.match(problems['/fields/job_title/from'], /“work.custom.field_17” \(Sub-department\)/)
  t.match(problems['/custom_fields/a/expression'], /no field “work.custom.field_19”; near it are “work.custom.field_1/)
  t.match(problems['/scope/include/not/field'], /near it are “work.site” \(Site\)/)
  t.match(checkSettings({ custom_fields: { a: { from: 'no.such' } } }), { settings: {} }, 'nobody knows')
  t.same(problemsOf({ fields: { email: { from: 'root.email' } } }), {}, 'a standard field is there in any case')
})

t.test('an expression or a pattern that cannot be used says why', async t => {
  const problems = problemsOf({
    custom_fields: {
      a: { expression: 'work.site &' },
      b: { expression: '$now()' },
      c: { expression: '$contains(work.site, /(?=x)/)' },
      d: { expression: 'work.site', as: 'id' },
    },
    scope: {
      include: {
        any: [
          { field: 'work.site', matches: '(a*)*' },
          { field: 'work.site', matches: '[' },
        ],
      },
      otherwise: 'flag',
    },
  })
  t.match(problems['/custom_fields/a/expression'], /^cannot be used: .*end of expression/)
  t.match(problems['/custom_fields/b/expression'], /\$now is not available/)
  t.match(problems['/custom_fields/c/expression'], /groups are/)
  t.match(problems['/custom_fields/d/as'], /is for “from”/)
  t.match(problems['/scope/include/any/0/matches'], /may itself be empty/)
  t.match(problems['/scope/include/any/1/matches'], /“\[” has no “\]”/)
})

t.test('conditions are checked part by part', async t => {
  const include = {
    all: [
      { field: 'work.site', equals: {} },
      { fiel: 1 },
      { not: { field: 'work.site', in: [] } },
      { field: 'work.site', equals: 'a', in: ['b'] },
      { equals: 'a' },
      { field: 'work.startDate', after: '2026-02-30' },
      { field: 'work.startDate', before: 'soon' },
      { any: [] },
      { field: 'work.site', empty: true, all: 1 },
      'x',
      { any: [{ field: 'work.site', empty: 'no' }], field: 'work.site' },
    ],
  }
  t.same(problemsOf({ scope: { include, otherwise: 'flag' } }), {
    '/scope/include/all/0/equals': 'must be a text of at most 1000 characters, a number or true or false',
    '/scope/include/all/1': 'must have one of all, any, not, equals, in, matches, empty, before, after',
    '/scope/include/all/2/not/in':
      'must be a list of 1 to 1000, each a text of at most 1000 characters, a number or true or false',
    '/scope/include/all/3': 'has equals and in; for several conditions use “all” or “any”',
    '/scope/include/all/4/field': 'is missing',
    '/scope/include/all/5/after': 'is no day of the calendar',
    '/scope/include/all/6/before': 'must be a date (YYYY-MM-DD)',
    '/scope/include/all/7/any': 'must be a list of 1 to 50 conditions',
    '/scope/include/all/8': 'has all and empty; for several conditions use “all” or “any”',
    '/scope/include/all/9': 'must be a condition, such as {"field": "work.site", "equals": "London"}',
    '/scope/include/all/10/field': 'does not belong beside “any”',
    '/scope/include/all/10/any/0/empty': 'must be true or false',
  })
  const deep = JSON.parse(`${'{"not":'.repeat(3000)}{}${'}'.repeat(3000)}`)
  t.match(Object.values(problemsOf({ scope: { include: deep, otherwise: 'flag' } })), [
    'conditions nest at most 20 deep',
  ])
})

t.test('a date field takes no list item, truth value, or constant that is no day', async t => {
  t.same(
    problemsOf({
      fields: {
        hire_date: { from: ['work.department', 'work.isManager', 'work.startDate'] },
        leave_date: { constant: '2026-02-30', values: { x: 'tomorrow' } },
      },
    }),
    {
      '/fields/hire_date/from/0': '“work.department” holds items of the list “department”, and this field takes a date',
      '/fields/hire_date/from/1': '“work.isManager” holds a value of the type “boolean”, and this field takes a date',
      '/fields/leave_date/constant': 'must be a day of the calendar, YYYY-MM-DD',
      '/fields/leave_date/values/x': 'must be a day of the calendar, YYYY-MM-DD',
    },
  )
})

t.test('time zones are those that exist', async t => {
  t.same(
    problemsOf({
      time_zone: 'Europe/Londn',
      person_time_zone: { from: 'work.site', default: 'GMT+1', values: { HQ: 'UTC' } },
    }),
    {
      '/time_zone': '“Europe/Londn” is no IANA time zone, such as “Europe/London” or “UTC”',
      '/person_time_zone/default': '“GMT+1” is no IANA time zone, such as “Europe/London” or “UTC”',
    },
  )
  t.match(checkSettings({ time_zone: 'Mars/Base' }), { settings: {} }, 'without a list of them nothing is said')
})

t.test('settings that contradict one another are told', async t => {
  t.same(
    problemsOf({
      fields: {
        email: { from: 'root.email', when_empty: 'default' },
        location: { from: 'work.site', when_empty: 'clear', default: 'x' },
      },
      invites: { when: 'immediately', days_before: 3 },
      leavers: { grace_days: 3 },
      alert_url: 'https://',
    }),
    {
      '/fields/email/default': 'is missing: “when_empty” is “default”',
      '/fields/location/default': 'is never used while “when_empty” is “clear”: leave one of the two out',
      '/invites/days_before': 'is for invites whose “when” is “hire_date”',
      '/leavers/grace_days': 'is for leavers whose “ends” is “termination_date” or “last_day_of_work”',
      '/alert_url': 'is no web address',
    },
  )
})

t.test('rules get the list whose items their field holds, whatever they said before', async t => {
  const document = {
    fields: { primary_team: { from: 'work.custom.field_17' }, location: { from: 'work.site', list: 'old' } },
    custom_fields: {
      mixed: { from: ['work.custom.field_17', 'work.custom.field_18'] },
      grade: { from: ['work.custom.field_18', 'work.department'] },
      department: { from: 'work.department' },
      sum: { expression: 'labels."work.custom.field_18" & work.department' },
      fixed: { constant: 'x' },
    },
  }
  const before = structuredClone(document)
  t.same(settingsOf(document), {
    fields: { primary_team: { from: 'work.custom.field_17', list: 'subDepartments' }, location: { from: 'work.site' } },
    custom_fields: {
      ...document.custom_fields,
      grade: { ...document.custom_fields.grade, list: 'grades' },
      department: { from: 'work.department', list: 'department' },
      sum: { ...document.custom_fields.sum, list: 'grades' },
    },
  })
  t.same(document, before, 'the document itself is left as it was')
})

const json = fc.jsonValue({ maxDepth: 2 })
const names =
  'time_zone fields custom_fields scope include otherwise from constant as email all not field equals in leavers unseen after_days'.split(
    ' ',
  )
const tree = fc.letrec<{ any: unknown }>(tie => ({
  any: fc.oneof(
    { maxDepth: 5 },
    json,
    fc.constantFrom('work.site', 'flag', 'label', 3),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...names), tie('any'), { maxKeys: 4 }),
  ),
})).any

t.test(
  'what passes is what the schema allows, and can be followed; what the schema does not allow never passes',
  async t => {
    let passed = 0
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), tree, { maxKeys: 3 }), document => {
        const checked = checkSettings(document)
        if ('problems' in checked)
          return ok(checked.problems.every(({ path, message }) => path.length > 0 && message.length > 0))
        passed++
        equal(Value.Check(Settings, checked.settings), true)
        compileSettings(checked.settings)
      }),
      { numRuns: 5000 },
    )
    t.ok(passed > 50, `${passed}`)
  },
)
