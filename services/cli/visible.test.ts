import { deepEqual, doesNotMatch } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { visible, visibleJson } from './visible.ts'

t.test('what would act on a terminal is shown as what it is, and nothing else is changed', async t => {
  t.equal(visible('\u001b[31mRED\u001b[2J\n'), '\\u001b[31mRED\\u001b[2J\\u000a')
  t.equal(visible('a\u009b31m\u007f\r\tb'), 'a\\u009b31m\\u007f\\u000d\\u0009b')
  t.equal(visible('\u202eevil\u2066'), '\\u202eevil\\u2066', 'marks that turn the direction')
  for (const plain of ['Ünï O’Neil-李 👩‍👩‍👧', '', 'אבג', '\\n']) t.equal(visible(plain), plain)
})

t.test('what takes no room, or ends a line, cannot pretend to be something else', async t => {
  t.equal(visible('a\u200bb\u2028c\ufeffd\u00ade'), 'a\\u200bb\\u2028c\\ufeffd\\u00ade')
  t.equal(visible('x\u{e0041}'), 'x\\udb40\\udc41')
  t.equal(visible('نمی\u200cخواهم'), 'نمی\u200cخواهم', 'a joiner belongs to the word')
})

t.test('JSON on a terminal is read as what it was, and holds nothing that acts on it', async () => {
  const odd = '\u0000\u001b\u007f\u009b\u2028\u202e\u2066\u200b\n é'
  const texts = fc.string({ unit: fc.constantFrom('a', '"', '\\', ...odd, '\u{e0041}', '👩‍👧') })
  fc.assert(
    fc.property(fc.array(fc.tuple(texts, texts)), fc.constantFrom(0, 2), (value, indent) => {
      const text = visibleJson(value, indent)
      deepEqual(JSON.parse(text), value)
      doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u2028\u202e\u2066\u200b]/u)
    }),
  )
})
