import t from 'tap'
import { idOf, personIdOf } from './hibob-id.ts'

t.test('an id is an integer, a text, or a list of one of these', async t => {
  for (const value of [7, '7', ' 7\n', [7], ['7'], [['7']]]) {
    t.equal(idOf(value), '7', JSON.stringify(value))
    t.equal(personIdOf(value), '7', JSON.stringify(value))
  }
  t.equal(idOf('grade-a'), 'grade-a')
  t.equal(idOf(-1), '-1')
})

t.test('what is no id is none', async t => {
  for (const value of [undefined, null, '', '  ', 1.5, 2 ** 60, true, {}, [], ['1', '2'], [null], 'x'.repeat(129)])
    t.equal(idOf(value), null, String(value))
  for (const value of ['ada@example.com', 'x7', -1, '1'.repeat(129)]) t.equal(personIdOf(value), null, String(value))
})
