import t from 'tap'
import { type ImporterCheckpoint, importerCheckpoints } from './importer-checkpoints.ts'
import { testDatabase } from './test-database.ts'

const checkpoints = importerCheckpoints(await testDatabase())

t.test('a partition without a checkpoint begins at its first event', async t => {
  t.match(await checkpoints.takeOver(1, 'cluster'), { offset: 0, takeover: 1, clusterId: 'cluster', partition: 1 })
})

t.test('each take-over has a greater number and keeps the position', async t => {
  const first = await checkpoints.takeOver(2, 'cluster')
  t.equal(await checkpoints.advance(2, first.owner, 40), true)
  const second = await checkpoints.takeOver(2, 'cluster')
  t.match(second, { offset: 40, takeover: first.takeover + 1 })
  t.not(second.owner, first.owner)
})

t.test('of take-overs at the same time, even the first ones, exactly one can move the position afterwards', async t => {
  for (let round = 0; round < 10; round++) {
    const partition = 100 + round
    const taken = await Promise.all(Array.from({ length: 4 }, () => checkpoints.takeOver(partition, 'cluster')))
    t.same(taken.map(({ takeover }) => takeover).sort(), [1, 2, 3, 4])
    const moved = await Promise.all(taken.map(({ owner }) => checkpoints.advance(partition, owner, 10)))
    const last = taken.find(({ takeover }) => takeover === 4) as ImporterCheckpoint
    t.same(
      moved,
      taken.map(({ owner }) => owner === last.owner),
    )
  }
})

t.test('an owner that was overtaken cannot move the position, and what it tries changes nothing', async t => {
  const stale = await checkpoints.takeOver(3, 'cluster')
  const owner = await checkpoints.takeOver(3, 'cluster')
  t.equal(await checkpoints.advance(3, owner.owner, 5), true)
  t.equal(await checkpoints.advance(3, stale.owner, 9), false)
  t.match(await checkpoints.load(3), { offset: 5, owner: owner.owner })
})

t.test('the position never goes back, and stays where it is without harm', async t => {
  const { owner } = await checkpoints.takeOver(4, 'cluster')
  t.equal(await checkpoints.advance(4, owner, 7), true)
  t.equal(await checkpoints.advance(4, owner, 7), true)
  t.equal(await checkpoints.advance(4, owner, 6), false)
  t.match(await checkpoints.load(4), { offset: 7 })
})

t.test('another Kafka cluster is refused with what to do, and takes nothing over', async t => {
  const before = await checkpoints.takeOver(5, 'cluster')
  await t.rejects(checkpoints.takeOver(5, 'elsewhere'), {
    code: 'other_cluster',
    retryable: false,
    message: /Kafka cluster cluster, but this is cluster elsewhere: connect to/,
  })
  t.match(await checkpoints.load(5), { owner: before.owner, takeover: before.takeover })
})
