import t from 'tap'
import { checkLog } from './check-log.ts'

const log = { low: 10, high: 20 }
const at = (offset: number) => () => checkLog({ partition: 3, offset, done: 'folded' }, log)

t.test('a position that the log holds, up to the place of the next record, is one that was reached in it', async t => {
  for (const offset of [10, 15, 20]) t.doesNotThrow(at(offset))
})

t.test(
  'a log that ends before it was cut; one that begins behind it has lost events: each says what to do',
  async t => {
    t.throws(at(21), {
      code: 'log_behind_checkpoint',
      message: /partition 3 is folded up to 21.*ends at 20.*Restore the log/,
    })
    t.throws(at(9), { code: 'log_truncated', message: /partition 3 is folded up to 9.*begins at 10.*topics check/ })
  },
)
