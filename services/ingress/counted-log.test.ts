import t from 'tap'
import { countedLog } from './counted-log.ts'

t.test('the first is told at once, further ones once a second with their number', async t => {
  let now = 0
  const lines: [string, number][] = []
  const tell = countedLog<string>(
    (newest, count) => lines.push([newest, count]),
    () => now,
  )
  for (const cause of ['a', 'b', 'c']) tell(cause)
  now = 999
  tell('d')
  t.same(lines.splice(0), [['a', 1]])
  now = 1000
  tell('e')
  t.same(lines, [['e', 4]])
})
