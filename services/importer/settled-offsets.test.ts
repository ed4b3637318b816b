import t from 'tap'
import { ownedPartitions } from './owned-partitions.ts'
import { settledOffsets } from './settled-offsets.ts'

const settlingMs = 25_000

function at(startMs = 1000) {
  const clock = { ms: startMs }
  const settled = settledOffsets(settlingMs, () => clock.ms)
  return { clock, settled }
}

t.test('a webhook has settled when it was taken a settling time ago', async t => {
  const { clock, settled } = at()
  settled.taken(3, 10)
  clock.ms += 10_000
  settled.taken(3, 12)
  t.equal(settled.through(3), -1)
  t.equal(settled.waitMs(3, 10), 15_000)
  t.equal(settled.waitMs(3, 11), 25_000)
  clock.ms += 15_000
  t.equal(settled.through(3), 10)
  t.equal(settled.waitMs(3, 10), 0)
  t.equal(settled.through(4), -1, 'each partition by itself')
  clock.ms += 10_000
  t.equal(settled.through(3), 12)
})

t.test('webhooks that never end keep none of the former ones from settling', async t => {
  const { clock, settled } = at()
  for (let offset = 0; offset < 1000; offset++) {
    settled.taken(0, offset)
    clock.ms += 100
  }
  t.equal(settled.through(0), 1000 - settlingMs / 100)
})

t.test('what a former owner took counts from the take-over, what this process took from then', async t => {
  const { clock, settled } = at()
  const owned = ownedPartitions(settled)
  const taken = { partition: 1, owner: 'a', takeover: 1, offset: 5, logEnd: 5 }
  owned.take(taken)
  t.equal(owned.beginRequest(1)?.settledThrough, -1)
  clock.ms += settlingMs
  t.equal(owned.beginRequest(1)?.settledThrough, 4)
  owned.moved(1, 'a', 8, clock.ms - 1000)
  owned.release([1])
  clock.ms += settlingMs - 1000
  owned.take({ ...taken, owner: 'b', takeover: 3, offset: 9, logEnd: 9 })
  t.equal(owned.beginRequest(1)?.settledThrough, 7)
  clock.ms += settlingMs
  t.equal(owned.beginRequest(1)?.settledThrough, 8)
})

t.test('a batch that is taken again changes nothing', async t => {
  const { clock, settled } = at()
  settled.taken(0, 5)
  clock.ms += settlingMs
  settled.taken(0, 5)
  t.equal(settled.through(0), 5)
})
