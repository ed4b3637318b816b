import t from 'tap'
import { visible } from './visible.ts'

t.test('what would act on a terminal is shown as what it is, and nothing else is changed', async t => {
  t.equal(visible('\u001b[31mRED\u001b[2J\n'), '\\u001b[31mRED\\u001b[2J\\u000a')
  t.equal(visible('a\u009b31m\u007f\r\tb'), 'a\\u009b31m\\u007f\\u000d\\u0009b')
  t.equal(visible('\u202eevil\u2066'), '\\u202eevil\\u2066', 'marks that turn the direction')
  for (const plain of ['Ünï O’Neil-李 👩‍👩‍👧', '', 'אבג', '\\n']) t.equal(visible(plain), plain)
})
