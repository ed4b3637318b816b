import t from 'tap'
import { repeats } from './repeats.ts'

const minute = 60_000

t.test('a repeat within 10 min of the acknowledgement appends nothing, and one that comes much later does', async t => {
  let now = 0
  let appended = 0
  const { once } = repeats(() => now)
  const send = () => once('a', async () => void appended++)
  t.equal(await send(), true)
  for (now of [0, 5 * minute, 9.9 * minute]) t.equal(await send(), false)
  now = 30 * minute
  t.equal(await send(), true)
  t.equal(appended, 2)
})

t.test('only what was acknowledged counts: repeats wait for the first, and fail with it', async t => {
  const { once } = repeats()
  let outcome = Promise.withResolvers<void>()
  const append = () => outcome.promise
  const failing = [once('a', append), once('a', append)]
  outcome.reject(new Error('not stored'))
  t.same(
    (await Promise.allSettled(failing)).map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  outcome = Promise.withResolvers<void>()
  const taken = [once('a', append), once('a', append)]
  outcome.resolve()
  t.same(await Promise.all(taken), [true, false])
})

t.test('however many there are, memory is bounded, and the newest are remembered', async t => {
  const { once } = repeats(() => 0, 100)
  const append = async () => {}
  for (let i = 0; i < 1000; i++) await once(`${i}`, append)
  t.equal(await once('999', append), false)
  t.equal(await once('900', append), false)
  t.equal(await once('0', append), true)
})
