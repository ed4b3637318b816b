// Settings as a whole made ready: what they read, what they keep, and that the same gives the same.
import { deepEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { compileSettings } from './compile-settings.ts'
import type { CompiledSettings, Kept } from './compiled.ts'
import { mappedFields, type Rule, type Settings } from './settings.ts'

const names = { itemName: (_list: string, item: string) => (item === '7' ? 'R&D' : undefined) }

t.test('settings are made ready once', async t => {
  const settings: Settings = {}
  t.equal(compileSettings(settings), compileSettings(settings))
  t.not(compileSettings({}), compileSettings(settings))
})

t.test('what has not the shape of settings is unreadable, and says where', async t => {
  for (const [settings, message] of [
    [{ fields: 'x' }, /“\/fields”/],
    [{ scope: { include: { field: 'work.x' }, otherwise: 'flag' } }, /“\/scope\/include/],
    [null, /“”/],
  ] as [Settings, RegExp][])
    t.throws(() => compileSettings(settings), { code: 'settings_unreadable', message })
})

t.test('nothing decided is nothing of their own', async t => {
  t.match(compileSettings({}), { personTimeZone: null, scopePaths: [], paths: [], lists: [], keptPaths: new Set() })
  t.equal(compileSettings({}).fields.size, 0)
  t.ok(compileSettings({}).isIncluded({ fields: {}, labels: {} }))
})

t.test('what they read beyond the standard fields and lists is told once, sorted, wherever it is read', async t => {
  const compiled = compileSettings({
    fields: {
      first_name: { from: ['home.knownAs', 'root.firstName'] },
      primary_team: { from: 'work.custom.field_2', list: 'teams', when_empty: 'keep' },
      job_title: null,
    },
    custom_fields: {
      grade: { expression: 'work.custom.field_1 & work.department', when_empty: 'keep' },
      team: { from: 'work.custom.field_2', list: 'teams' },
      floor: { from: 'work.site', when_empty: 'clear' },
      office: { from: 'work.siteId', list: 'elsewhere' },
      former: { from: 'work.custom.field_2', list: 'department' },
    },
    person_time_zone: { from: 'work.custom.field_3' },
    scope: {
      include: { all: [{ field: 'work.x', empty: false }, { not: { field: 'work.site', equals: 'a' } }] },
      otherwise: 'flag',
    },
  })
  t.same(compiled.paths, [
    'home.knownAs',
    'work.custom.field_1',
    'work.custom.field_2',
    'work.custom.field_3',
    'work.x',
  ])
  t.same(compiled.scopePaths, ['work.site', 'work.x'])
  t.same(compiled.lists, ['teams'])
  t.same([...compiled.keptPaths].sort(), ['work.custom.field_1', 'work.custom.field_2', 'work.department'])
  t.equal(compiled.fields.get('job_title'), null)
  t.equal(compiled.fields.has('email'), false)
})

t.test('Learn Amp’s own fields hold texts and dates, custom fields what the rule gives', async t => {
  const compiled = compileSettings({
    fields: { job_title: { from: 'work.n' }, hire_date: { from: 'work.d' }, leave_date: { from: 'work.n' } },
    custom_fields: { n: { from: 'work.n' } },
  })
  const kept = { fields: { 'work.n': 12, 'work.d': '2026-09-06T10:00:00' }, labels: {} }
  t.equal(compiled.fields.get('job_title')?.evaluate(kept, names).value, '12')
  t.equal(compiled.customFields.get('n')?.evaluate(kept, names).value, 12)
  t.equal(compiled.fields.get('hire_date')?.evaluate(kept, names).value, '2026-09-06')
  t.match(compiled.fields.get('leave_date')?.evaluate(kept, names), {
    value: null,
    error: /must be a day of the calendar/,
  })
})

t.test('given a scope, when somebody does not meet it, then they are not included', async t => {
  const { isIncluded } = compileSettings({ scope: { include: { field: 'work.x', equals: 'a' }, otherwise: 'leaver' } })
  t.ok(isIncluded({ fields: { 'work.x': 'a' }, labels: {} }))
  t.notOk(isIncluded({ fields: {}, labels: {} }))
})

const scalar = fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean())
const path = fc.constantFrom('work.a', 'work.b', 'work.department', 'root.firstName')
const rule: fc.Arbitrary<Rule> = fc
  .tuple(
    fc.oneof(
      fc.record({ from: fc.oneof(path, fc.array(path, { minLength: 1, maxLength: 3 })) }),
      fc.record({ constant: scalar }),
      fc.record({
        expression: fc.constantFrom(
          'work.a & work.b',
          'labels."work.department"',
          '$number(work.a)',
          '[work.a, 1]',
          'work.(',
        ),
      }),
    ),
    fc.record(
      {
        as: fc.constantFrom('label' as const, 'id' as const),
        values: fc.dictionary(fc.constantFrom('7', 'R&D', 'x'), scalar),
        default: scalar,
        when_empty: fc.constantFrom('clear' as const, 'keep' as const, 'default' as const),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([source, rest]) => ({ ...source, ...rest }))
const held = fc.oneof(scalar, fc.constantFrom(null, '', '7', 'x', [], ['7'], ['7', '8'], { value: 'x' }, { id: 1 }))
const kept: fc.Arbitrary<Kept> = fc.record(
  {
    fields: fc.dictionary(path, held),
    labels: fc.dictionary(path, fc.string({ minLength: 1, maxLength: 5 })),
    last: fc.dictionary(path, fc.record({ value: fc.constantFrom('7', 'x', 5) })),
  },
  { requiredKeys: ['fields', 'labels'] },
)
const settings: fc.Arbitrary<Settings> = fc.record(
  {
    fields: fc.dictionary(fc.constantFrom(...mappedFields), fc.option(rule)),
    custom_fields: fc.dictionary(fc.constantFrom('a', 'b'), rule),
    person_time_zone: rule,
  },
  { requiredKeys: [] },
)

const everyRule = ({ fields, customFields, personTimeZone }: CompiledSettings) =>
  [...fields.values(), ...customFields.values(), personTimeZone].filter(rule => rule !== null)

t.test(
  'the same settings over the same person give the same values, never throw, and read only what they say they read',
  async t => {
    fc.assert(
      fc.property(settings, kept, (settings, kept) => {
        const [rules, again] = [
          everyRule(compileSettings(settings)),
          everyRule(compileSettings(structuredClone(settings))),
        ]
        const before = JSON.stringify(kept)
        for (const [index, rule] of rules.entries()) {
          const value = rule.evaluate(kept, names)
          deepEqual(again[index]?.evaluate(structuredClone(kept), names), value)
          ok(value.error === null || value.value === null)
          ok(value.value !== '')
          const only = <V>(held: Record<string, V>) =>
            Object.fromEntries(Object.entries(held).filter(([path]) => rule.paths.includes(path)))
          deepEqual(rule.evaluate({ ...kept, fields: only(kept.fields), labels: only(kept.labels) }, names), value)
        }
        ok(JSON.stringify(kept) === before, 'what is kept is left as it was')
      }),
      { numRuns: 300 },
    )
    t.pass()
  },
)

t.test(
  'a field that is not empty is never kept from before: keep, default and clear differ only when all are empty',
  async t => {
    fc.assert(
      fc.property(rule, kept, (rule, kept) => {
        const [first, ...others] = (['clear', 'keep', 'default'] as const).map(when_empty => {
          const evaluated = compileSettings({ custom_fields: { a: { ...rule, when_empty } } })
            .customFields.get('a')
            ?.evaluate(kept, names)
          return evaluated as NonNullable<typeof evaluated>
        })
        if (first === undefined || first.value === null) return
        for (const other of others) deepEqual(other, first)
      }),
      { numRuns: 300 },
    )
    t.pass()
  },
)
