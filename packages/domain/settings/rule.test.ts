// One rule over what is kept of one person.
import t from 'tap'
import type { Kept } from './compiled.ts'
import { compileRule } from './rule.ts'
import type { Rule } from './settings.ts'

const items: Record<string, Record<string, string>> = {
  department: { '7': 'R&D' },
  grades: { '77': 'Senior' },
}
const names = { itemName: (list: string, item: string) => items[list]?.[item] }
const given = (fields: Record<string, unknown>, labels: Record<string, string> = {}, last?: Kept['last']): Kept => ({
  fields,
  labels,
  ...(last && { last }),
})
const follow = (rule: Rule, kept: Kept) => compileRule(rule).evaluate(kept, names)
const outcome = (rule: Rule, kept: Kept) => follow(rule, kept).value

t.test(
  'the first path that is not empty gives the value; absent, null, an empty text and an empty list are empty',
  async t => {
    const rule: Rule = { from: ['work.a', 'work.b', 'work.c'] }
    t.same(follow(rule, given({ 'work.a': null, 'work.b': '', 'work.c': 'x' })), {
      value: 'x',
      path: 'work.c',
      raw: 'x',
      error: null,
    })
    t.equal(outcome(rule, given({ 'work.a': [], 'work.b': 'b', 'work.c': 'x' })), 'b')
    t.equal(outcome(rule, given({ 'work.a': false, 'work.b': 'b' })), false, 'false is a value')
    t.equal(outcome(rule, given({ 'work.a': 0 })), 0, 'so is 0')
    t.same(follow(rule, given({})), { value: null, path: null, raw: null, error: null })
  },
)

t.test('a label is the company list’s name, else what HiBob showed, else the machine value', async t => {
  const labels = { 'work.department': 'Research', 'work.custom.field_1': 'Boss' }
  t.equal(outcome({ from: 'work.department' }, given({ 'work.department': '7' }, labels)), 'R&D')
  t.equal(outcome({ from: 'work.department' }, given({ 'work.department': '8' }, labels)), 'Research')
  t.equal(outcome({ from: 'work.department' }, given({ 'work.department': '8' })), '8')
  const custom: Rule = { from: 'work.custom.field_1' }
  t.equal(outcome({ ...custom, list: 'grades' }, given({ 'work.custom.field_1': ['77'] }, labels)), 'Senior')
  t.equal(outcome(custom, given({ 'work.custom.field_1': ['77'] }, labels)), 'Boss')
})

t.test('as id gives the machine value; either way the machine value is told', async t => {
  const kept = given({ 'work.department': '7' })
  t.match(follow({ from: 'work.department', as: 'id' }, kept), { value: '7', raw: '7', path: 'work.department' })
  t.match(follow({ from: 'work.department' }, kept), { value: 'R&D', raw: '7', path: 'work.department' })
})

t.test('a table is looked up by label, then by id; what it does not name stays as it is', async t => {
  const values = { '7': 'Seven', 'R&D': 'Labs', '8': 'Eight' }
  t.equal(outcome({ from: 'work.department', values }, given({ 'work.department': '7' })), 'Labs')
  t.equal(outcome({ from: 'work.department', values, as: 'id' }, given({ 'work.department': '7' })), 'Labs')
  t.equal(
    outcome({ from: 'work.department', values }, given({ 'work.department': '8' }, { 'work.department': 'x' })),
    'Eight',
  )
  t.equal(outcome({ from: 'work.department', values }, given({ 'work.department': '9' })), '9')
  t.equal(outcome({ from: 'work.a', values }, given({ 'work.a': 'constructor' })), 'constructor')
  t.equal(
    outcome({ from: 'work.a', values: { x: '' }, default: 'd' }, given({ 'work.a': 'x' })),
    'd',
    'an empty text is none',
  )
})

t.test('a value that a table made is no list item any more', async t => {
  const rule: Rule = { from: 'work.department', values: { 'R&D': 'Labs' } }
  t.match(follow(rule, given({ 'work.department': '7' })), { value: 'Labs', path: 'work.department', raw: null })
  t.match(follow(rule, given({ 'work.department': '8' })), { value: '8', path: 'work.department', raw: '8' })
})

t.test('what is empty clears, or becomes the default, or keeps the last value, as the rule says', async t => {
  const last = { 'work.department': { value: '7' }, 'work.a': { value: 'old', label: 'Old' } }
  const kept = given({ 'work.a': null }, {}, last)
  t.equal(outcome({ from: 'work.a' }, kept), null)
  t.equal(outcome({ from: 'work.a', default: 'd' }, kept), 'd')
  t.equal(outcome({ from: 'work.a', default: 'd', when_empty: 'default' }, kept), 'd')
  t.equal(outcome({ from: 'work.a', default: 'd', when_empty: 'clear' }, kept), null)
  t.equal(outcome({ from: 'work.a', when_empty: 'keep' }, kept), 'Old')
  t.equal(outcome({ from: 'work.a', when_empty: 'keep', as: 'id' }, kept), 'old')
  t.equal(outcome({ from: 'work.a', when_empty: 'keep', values: { Old: 'New' } }, kept), 'New')
  t.match(follow({ from: 'work.department', when_empty: 'keep' }, kept), {
    value: 'R&D',
    raw: '7',
    path: 'work.department',
  })
  t.equal(outcome({ from: 'work.b', when_empty: 'keep', default: 'd' }, kept), 'd', 'nothing kept')
  t.equal(outcome({ from: ['work.a', 'work.c'], when_empty: 'keep' }, given({ 'work.c': 'now' }, {}, last)), 'now')
})

t.test('what holds no one value is an error, and never throws', async t => {
  t.match(follow({ from: 'work.a' }, given({ 'work.a': { id: '1' } })), {
    value: null,
    error: 'work.a holds an object, expected a text',
  })
  t.match(follow({ from: 'work.a', default: 'd' }, given({ 'work.a': ['1', '2'] })), {
    value: null,
    error: 'work.a holds 2 values, expected one',
  })
  t.match(follow({ from: 'work.a' }, given({ 'work.a': [['1']] })), { error: /list of lists/ })
  t.match(follow({ from: 'work.a' }, given({ 'work.a': { value: { value: 1 } } })), { error: /an object/ })
  t.equal(outcome({ from: 'work.a' }, given({ 'work.a': { value: 'x' } })), 'x')
})

t.test('a constant is the value, through the table like any other', async t => {
  t.same(follow({ constant: 'x' }, given({})), { value: 'x', path: null, raw: null, error: null })
  t.equal(outcome({ constant: false }, given({})), false)
})

t.test('an expression sees the fields by their paths, their labels beside them, and none that is empty', async t => {
  const kept = given({
    'work.department': '7',
    'root.firstName': 'Ada',
    'root.surname': 'X',
    'work.title': null,
    'work.custom.field_1': ['1', '2'],
  })
  t.equal(outcome({ expression: 'root.firstName & " " & root.surname & work.title' }, kept), 'Ada X')
  t.equal(
    outcome({ expression: 'work.department & labels."work.department" & fields."work.department"' }, kept),
    '7R&D7',
  )
  t.equal(outcome({ expression: '$join(work.custom.field_1, "+")' }, kept), '1+2')
  t.equal(outcome({ expression: 'work.title', default: 'd' }, kept), 'd')
  t.equal(
    outcome({ expression: 'work.title', when_empty: 'keep' }, { ...kept, last: { 'work.title': { value: 'old' } } }),
    'old',
  )
  t.equal(outcome({ expression: 'work.department', values: { '7': 'Seven' } }, kept), 'Seven')
  t.same(compileRule({ expression: 'work.department & labels."work.title"' }).paths, ['work.department', 'work.title'])
})

t.test('an expression that fails, or cannot be read, is an error', async t => {
  t.match(follow({ expression: '$error("no team")' }, given({})), { value: null, error: 'no team' })
  t.match(follow({ expression: 'work.(' }, given({})), { value: null, error: /character|expected|end/i })
  t.match(follow({ expression: 'work.a' }, given({ 'work.a': {} })), { value: null, error: /an object/ })
})

t.test(
  'the list that a rule’s field holds is known of the standard fields, told of others, and none where paths differ',
  async t => {
    const listOf = (rule: Rule) => compileRule(rule).list
    t.equal(listOf({ from: 'work.department' }), 'department')
    t.equal(listOf({ from: 'work.custom.field_1', list: 'grades' }), 'grades')
    t.equal(listOf({ from: 'work.custom.field_1' }), null)
    t.equal(listOf({ from: ['work.custom.field_1', 'work.department'], list: 'grades' }), null)
    t.equal(listOf({ constant: 'x' }), null)
  },
)

t.test('half of a surrogate pair, which no store keeps, is never told', async t => {
  t.equal(outcome({ constant: '\ud800 x' }, given({})), '\ufffd x')
  t.equal(outcome({ from: 'work.a', default: '\udc00' }, given({})), '\ufffd')
  t.equal(outcome({ from: 'work.a', values: { x: '\ud800' } }, given({ 'work.a': 'x' })), '\ufffd')
  t.equal(outcome({ expression: '$split(work.a, "")[0]' }, given({ 'work.a': '😀' })), '\ufffd')
  t.equal(follow({ expression: '$error($split(work.a, "")[0])' }, given({ 'work.a': '😀' })).error, '\ufffd')
})
