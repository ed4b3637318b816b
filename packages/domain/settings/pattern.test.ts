// Patterns: what they find is what JavaScript's own expressions find, and no pattern takes long.
import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { compilePattern } from './pattern.ts'

const atom = fc.constantFrom(
  'a',
  'b',
  'B',
  '.',
  '\\d',
  '\\w',
  '\\s',
  '\\W',
  '[ab]',
  '[^a]',
  '[a-c1]',
  '[^\\d]',
  'é',
  '\\.',
)
const repeat = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,2}', '{0,2}', '{1,}', '*?', '+?', '??', '{0,2}?')
const { pattern } = fc.letrec<{ pattern: string; part: string }>(tie => ({
  part: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(atom, repeat).map(parts => parts.join('')),
    fc.constantFrom('^', '$', '\\b', '\\B'),
    fc
      .tuple(fc.constantFrom('(', '(?:'), tie('pattern'), repeat)
      .map(([open, inner, count]) => `${open}${inner})${count}`),
  ),
  pattern: fc.oneof(
    { maxDepth: 3 },
    fc.array(tie('part'), { minLength: 1, maxLength: 4 }).map(parts => parts.join('')),
    fc.tuple(tie('pattern'), tie('pattern')).map(parts => parts.join('|')),
  ),
}))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', 'c', '1', ' ', '\n', '.', 'é', 'É'), maxLength: 12 })

function compiled(source: string, flags: { ignoreCase: boolean; multiline: boolean }) {
  try {
    return compilePattern(source, flags)
  } catch {
    return null
  }
}

t.test('a match is the one that JavaScript finds, with its groups, in any case and over many lines', async t => {
  let compared = 0
  fc.assert(
    fc.property(pattern, text, fc.boolean(), fc.boolean(), fc.nat(3), (source, text, ignoreCase, multiline, begin) => {
      const own = compiled(source, { ignoreCase, multiline })
      if (own === null) return
      compared++
      const from = Math.min(begin, text.length)
      const theirs = new RegExp(source, `gd${ignoreCase ? 'i' : ''}${multiline ? 'm' : ''}`)
      theirs.lastIndex = from
      const match = theirs.exec(text)
      const found = own.search(text, from)
      if (match === null) return deepEqual(found, null)
      const expected = (match.indices as [number, number][]).map(pair => pair ?? [-1, -1])
      // a group within a repeat is forgotten by JavaScript at each round, and remembered here
      if (/\)[*+?{]/.test(source)) deepEqual(found?.slice(0, 2), expected[0])
      else deepEqual(found, expected.flat())
    }),
    { numRuns: 20_000 },
  )
  t.ok(compared > 8000, `${compared}`)
})

t.test('a pattern that backtracking would never leave is done in steps in proportion to the text', async t => {
  for (const source of [
    '(a|a)*b',
    '(a+)+b',
    '(.*)(.*)(.*)(.*)(.*)b',
    'a?'.repeat(60) + 'a'.repeat(60),
    '(\\w+\\s?)+!',
  ]) {
    const own = compiled(source, { ignoreCase: true, multiline: false })
    if (own === null) continue
    let taken = 0
    own.search('a'.repeat(1000), 0, steps => {
      taken += steps
    })
    t.ok(taken > 0 && taken < 1001 * 500, `${source} took ${taken}`)
  }
})

t.test('what it does not support is refused with what to write instead', async t => {
  const refused: [string, RegExp][] = [
    ['(?=a)', /groups are/],
    ['(?<n>a)', /groups are/],
    ['(a)\\1', /“\\1” is not supported/],
    ['\\p{L}', /“\\p” is not supported/],
    ['(a*)*', /may itself be empty/],
    ['*a', /nothing to repeat before “\*”/],
    ['a{1000}', /more than 100 times/],
    ['a{3,2}', /wrong way round/],
    ['a{x', /for the character itself write “\\{”/],
    ['(a', /“\(” has no “\)”/],
    ['a)', /“\)” has no “\(”/],
    ['[a', /“\[” has no “\]”/],
    ['[b-a]', /ends before it begins/],
    ['a\\', /“\\” ends the pattern/],
    ['((a{50}){50}){50}', /too large/],
    ['a'.repeat(201), /at most 200 characters/],
  ]
  for (const [source, message] of refused) t.throws(() => compilePattern(source), { message }, source)
})
