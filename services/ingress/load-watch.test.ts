import { setImmediate, setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { loadWatch } from './load-watch.ts'

function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

t.test('an event loop that is late for long is too much load, and is none any more soon after', async t => {
  const load = loadWatch({ memoryBytesMax: Number.POSITIVE_INFINITY })
  t.teardown(load.stop)
  t.equal(load.refusing(), 'nobody')
  while (load.refusing() === 'nobody') {
    block(350)
    await setImmediate()
  }
  while (load.refusing() !== 'nobody') await wait(20)
})

t.test('memory above the limit counts only while half of the limit is in use', t => {
  const { rss } = process.memoryUsage()
  const load = loadWatch({ memoryBytesMax: rss * 0.9 })
  t.teardown(load.stop)
  load.look()
  t.equal(load.refusing(), 'nobody')
  const inUse = Buffer.alloc(rss, 1)
  load.look()
  t.equal(load.refusing(), inUse.length > 0 ? 'everyone' : '')
  t.end()
})
