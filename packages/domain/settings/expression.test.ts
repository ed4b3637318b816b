// Expressions: the fields they read are found in their text, the same input gives the same value, and nothing in them takes long.
import { deepEqual, ok } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { compileExpression, expressionLimits } from './expression.ts'

const evaluate = (text: string, input = {}) => compileExpression(text).evaluate(input)

function attempt(text: string, input = {}): unknown {
  try {
    return evaluate(text, input)
  } catch (error) {
    return (error as Error).message
  }
}

t.test('the fields that an expression reads are found through variables, brackets, filters and functions', async t => {
  const read: [string, string[]][] = [
    ['work.department', ['work.department']],
    ['labels."work.department" & fields."work.title"', ['work.department', 'work.title']],
    ['$uppercase(root.firstName) & work.custom.field_1', ['root.firstName', 'work.custom.field_1']],
    ['work.(title & custom.field_1)', ['work.custom.field_1', 'work.title']],
    ['work[department = "7"].title', ['work.department', 'work.title']],
    ['($w := work; $w.title)', ['work.title']],
    ['$$.work.title & $.work.site', ['work.site', 'work.title']],
    ['work.title.($ = "x" ? "y" : $)', ['work.title']],
    ['work.site ? work.site : ["a", work.title][0]', ['work.site', 'work.title']],
    ['$map([work.a, work.b], function($v) { $v & work.c })', ['work.a', 'work.b', 'work.c']],
    ['work.a ~> $contains(/x/)', ['work.a']],
    ['{"k": work.a}.k', ['work.a']],
    ['work.items^(grade).name', ['work.items.grade', 'work.items.name']],
    ['"constant"', []],
  ]
  for (const [text, paths] of read) t.same(compileExpression(text).paths, paths, text)
})

t.test('what is not available is refused before it is ever evaluated', async t => {
  const refused: [string, RegExp][] = [
    ...['now', 'millis', 'random', 'shuffle', 'eval', 'toMillis', 'fromMillis', 'lookup', 'formatNumber'].map(
      (name): [string, RegExp] => [`$${name}("1")`, new RegExp(`^\\$${name} is not available`)],
    ),
    ['$upper(work.a)', /\$upper is neither a function nor set/],
    ['work.*', /name each field/],
    ['**.a', /name each field/],
    ['work.a ~> |b|{"x":1}|', /is not available/],
    ['function($x)<s:s>{$x}(1)', /signature/],
    ['$contains(work.a, /(?=x)/)', /groups are/],
    ['($__evaluate_entry := /x/; 1)', /not available/],
    ['work.', /character 5/],
  ]
  for (const [text, message] of refused) t.throws(() => compileExpression(text), { message }, text)
})

t.test('hidden functions stay hidden where a variable bears their name', async t => {
  t.match(attempt('($f := function() { $now() }; $x := false ? ($now := 1); $f())'), /\$now is not available/)
})

t.test('every bound ends an expression soon, with an error that names it', async t => {
  const ended: [string, RegExp][] = [
    ['($f := function($n) { $f($n + 1) }; $f(0))', /more than 5000 steps/],
    ['($f := function($n) { 1 + $f($n + 1) }; $f(0))', /more than 150 levels/],
    ['$sum([1..10000000])', /a range may begin and end between/],
    ['$count([-9000..9000])', /larger than 4000/],
    ['$length($pad("x", 100000000))', /more than 4000 characters/],
    ['$length($pad("x", 4000) & $pad("x", 4000))', /larger than 4000/],
    ['($f := function($s, $n) { $n = 0 ? $s : $f($s & $s, $n - 1) }; $f("ab", 60))', /larger than 4000/],
    ['($f := function($a, $n) { $n = 0 ? $a : $f([$a, $a], $n - 1) }; $count($f([1], 60)))', /larger than 4000/],
    [
      '($f := function($a, $n) { $n = 0 ? $a : $f({"a": $a, "b": $a}, $n - 1) }; $string($f(1, 60)))',
      /larger than 4000/,
    ],
    ['[1..900].[1..900]', /in all values|larger/],
    ['[1..900]@$a.[1..900]@$b.[1..900]@$c.($a + $b + $c)', /more than|larger/],
    ['$reduce([1..900], function($a, $b) { $append($a, $a) })', /larger than 4000/],
    ['$contains($pad("", 3900, "a"), /(a|a)*(a|a)*(a|a)*b/) ? "found" : "none"', /^none$/],
    ['$count($match($pad("", 3900, "a"), /(a|b|c|d|e)*x|a/))', /more than 500000 steps within patterns/],
    [`${'('.repeat(120)}1${')'.repeat(120)}`, /more than 150 levels|nests too deeply/],
    [`${'('.repeat(900)}1${')'.repeat(900)}`, /nests too deeply/],
    [`${'- '.repeat(900)}1`, /too many “-”/],
    [`${'1 & '.repeat(400)}1`, /nests too deeply/],
    [`$length("${'x'.repeat(1500)}" & $pad("", 2600))`, /larger than 4000/],
    [`"${'x'.repeat(1500)}"`, /longer than 1000/],
    ['[1, 2]', /gives a list/],
    ['{"a": 1}', /neither a text nor a number/],
    ['function($x) { $x }', /neither a text nor a number/],
    ['1 / 0', /./],
  ]
  for (const [text, message] of ended) {
    const began = process.cpuUsage()
    t.match(String(attempt(text)), message, text.slice(0, 80))
    t.ok(process.cpuUsage(began).user < 1_000_000, `soon: ${text.slice(0, 80)}`)
  }
})

t.test('an evaluation leaves nothing to the next', async t => {
  const counting = compileExpression('($n := $n ? $n + 1 : 1; $n)')
  t.equal(counting.evaluate({}), 1)
  t.equal(counting.evaluate({}), 1)
  const top = compileExpression('$n := $exists($n) ? 2 : 1')
  t.equal(top.evaluate({}), 1)
  t.equal(top.evaluate({}), 1)
})

t.test('names that objects are born with reach nothing', async t => {
  for (const text of ['work.constructor', 'constructor.prototype', '$string(work.a.constructor)', 'work."__proto__"'])
    t.equal(attempt(text, { work: { a: 'x' } }), null, text)
})

t.test('no object can be made to pass for a function, which would be evaluated unbounded', async t => {
  const forged = '"arguments": [], "environment": {"lookup": /x/}, "body": {"type": "number", "value": 1}'
  for (const mark of ['"_jsonata_lambda"', '"_json" & "ata_lambda"', '"_json" & "ata_function"'])
    t.match(attempt(`($f := {${mark}: true, ${forged}}; $f())`), /reserved for internal use/, mark)
})

t.test('$pad fills up like JSONata’s own', async t => {
  t.equal(evaluate('$pad("7", -3, "0")'), '007')
  t.equal(evaluate('$pad("a", 5, "#-")'), 'a#-#-')
  t.equal(evaluate('$pad("abc", 2)'), 'abc')
  t.equal(evaluate('$pad(work.a, 2)'), null)
  t.equal(evaluate('("a" ~> $pad(3)) & "|"'), 'a  |')
})

t.test('patterns match, split and replace as in JSONata', async t => {
  const input = { work: { a: 'Sales, EMEA  North' } }
  t.equal(evaluate('$contains(work.a, /emea/i)', input), true)
  t.equal(evaluate('$split(work.a, /,?\\s+/)[2]', input), 'North')
  t.equal(evaluate('$replace(work.a, /(\\w+), (\\w+)/, "$2/$1")', input), 'EMEA/Sales  North')
  t.equal(evaluate('$match(work.a, /[A-Z]+\\b/)[0].match', input), 'EMEA')
})

t.test(
  'whatever the text, the same input gives the same value or the same error, and steps stay within bounds',
  async t => {
    const word = fc.constantFrom(
      ...'work a ( ) [ ] { } . , ; : ? & + - * / = $ $f := function($x) 1 "x" $map $join $reduce $sort [1..9] in and ~> $ $$ ^ @ # % /a+/'.split(
        ' ',
      ),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), words => {
        const text = words.join(' ')
        const input = { work: { a: 'x', b: ['1', '2'] } }
        const first = attempt(text, input)
        deepEqual(attempt(text, input), first)
        ok(first === null || typeof first !== 'object')
        if (typeof first === 'string') ok(first.length <= expressionLimits.result)
      }),
      { numRuns: 3000 },
    )
    t.pass()
  },
)

t.test('why an expression failed is told without the value that it failed at', async t => {
  const { evaluate } = compileExpression('$number(root.email)')
  t.throws(() => evaluate({ root: { email: 'ada@example.com' } }), { message: /^Unable to cast value to a number: …$/ })
})
