// Conditions over what is kept of one person.
import t from 'tap'
import { compileCondition } from './condition.ts'
import type { Condition } from './settings.ts'

const fields: Record<string, unknown> = {
  'work.department': '7',
  'work.custom.field_1': ['1', '2'],
  'work.custom.field_2': { value: 'x' },
  'work.isManager': true,
  'work.employeeIdInCompany': 12,
  'work.startDate': '2026-09-06T00:00:00',
  'work.title': null,
  'work.reportsTo': { id: '1' },
  'internal.lifecycleStatus': 'employed',
  'root.email': 'ada@example.com',
}
const labels = { 'work.department': 'R&D', 'work.custom.field_1': 'One, Two' }
const met = (condition: Condition) => compileCondition(condition)({ fields, labels })

t.test('equals and in are met by the machine value or by the label, in any case', async t => {
  t.ok(met({ field: 'work.department', equals: '7' }))
  t.ok(met({ field: 'work.department', equals: 'r&d' }))
  t.notOk(met({ field: 'work.department', equals: 'R' }))
  t.ok(met({ field: 'internal.lifecycleStatus', equals: 'Employed' }))
  t.ok(met({ field: 'work.isManager', equals: true }))
  t.ok(met({ field: 'work.employeeIdInCompany', equals: '12' }))
  t.ok(met({ field: 'work.department', in: ['x', 'R&D'] }))
  t.notOk(met({ field: 'work.department', in: ['x', 'y'] }))
})

t.test('of a field with several values any may meet it', async t => {
  t.ok(met({ field: 'work.custom.field_1', equals: '2' }))
  t.notOk(met({ field: 'work.custom.field_1', equals: '3' }))
  t.ok(met({ field: 'work.custom.field_2', equals: 'x' }))
})

t.test('matches looks anywhere in the label or the machine value, in any case with (?i) before it', async t => {
  t.ok(met({ field: 'root.email', matches: '@example\\.com$' }))
  t.notOk(met({ field: 'root.email', matches: '^example' }))
  t.notOk(met({ field: 'root.email', matches: 'ADA' }))
  t.ok(met({ field: 'root.email', matches: '(?i)ADA' }))
  t.ok(met({ field: 'work.department', matches: '^R' }))
  t.notOk(met({ field: 'work.title', matches: '.*' }), 'nothing matches an empty field')
  t.notOk(met({ field: 'root.email', matches: '(?=a)' }), 'nor anything a pattern that is none')
})

t.test('empty is null or absent', async t => {
  t.ok(met({ field: 'work.title', empty: true }))
  t.ok(met({ field: 'work.never', empty: true }))
  t.notOk(met({ field: 'work.department', empty: true }))
  t.ok(met({ field: 'work.department', empty: false }))
})

t.test('before and after compare dates by their first ten characters, and mean neither the day itself', async t => {
  t.ok(met({ field: 'work.startDate', before: '2026-09-07' }))
  t.notOk(met({ field: 'work.startDate', before: '2026-09-06' }))
  t.ok(met({ field: 'work.startDate', after: '2026-09-05' }))
  t.notOk(met({ field: 'work.startDate', after: '2026-09-06' }))
  t.notOk(met({ field: 'root.email', after: '2000-01-01' }), 'no date')
  t.notOk(met({ field: 'work.title', after: '2000-01-01' }), 'empty')
})

t.test('what cannot be read meets nothing', async t => {
  for (const condition of [
    { equals: '1' },
    { in: ['1'] },
    { matches: '.' },
    { empty: true },
    { empty: false },
    { after: '2000-01-01' },
  ])
    t.notOk(met({ field: 'work.reportsTo', ...condition } as Condition), JSON.stringify(condition))
})

t.test('all, any and not combine them', async t => {
  const [yes, no] = [
    { field: 'work.department', equals: '7' },
    { field: 'work.department', equals: '8' },
  ]
  t.ok(met({ all: [yes, { any: [no, yes] }, { not: no }] }))
  t.notOk(met({ all: [yes, no] }))
  t.notOk(met({ any: [no, { not: yes }] }))
})
