import t from 'tap'
import { importSlots } from './import-slots.ts'

const never = new AbortController().signal
const settled = () => new Promise(resolve => setImmediate(resolve))

function waiting(slots: ReturnType<typeof importSlots>, signal = never) {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isBack = false
  const outside = slots
    .outside(() => promise, signal)
    .then(() => {
      isBack = true
    })
  return { goOn: resolve, outside, isBack: () => isBack }
}

t.test('an import that waits lends its place, and takes the next free one', async t => {
  const slots = importSlots(1)
  slots.begin()
  t.notOk(slots.isFree())
  const first = waiting(slots)
  t.ok(slots.isFree(), 'lent')
  slots.begin()
  first.goOn()
  await settled()
  t.notOk(first.isBack(), 'the other one has the place')
  t.notOk(slots.isFree(), 'and whoever came back is next')
  slots.end()
  await first.outside
  t.notOk(slots.isFree())
  slots.end()
  t.ok(slots.isFree())
})

t.test('those who come back are served in turn', async t => {
  const slots = importSlots(1)
  slots.begin()
  const one = waiting(slots)
  slots.begin()
  const two = waiting(slots)
  slots.begin()
  two.goOn()
  await settled()
  one.goOn()
  await settled()
  slots.end()
  await two.outside
  t.notOk(one.isBack())
  slots.end()
  await one.outside
})

t.test('an import that is broken off does not wait for a place', async t => {
  const slots = importSlots(1)
  const over = new AbortController()
  slots.begin()
  const broken = waiting(slots, over.signal)
  slots.begin()
  broken.goOn()
  await settled()
  over.abort()
  await broken.outside
  slots.end()
  t.notOk(slots.isFree(), 'one of two has ended')
  slots.end()
  t.ok(slots.isFree())
})

t.test('only so many are open at all', async t => {
  const slots = importSlots(2)
  for (let open = 0; open < 16; open++) {
    t.ok(slots.isFree())
    slots.begin()
    waiting(slots)
  }
  t.notOk(slots.isFree())
})
