import t from 'tap'
import { projectorCheckpoints, reachedPositions, requireLog } from './index.ts'
import { testDatabase } from './test-database.ts'

const log = { clusterId: 'cluster', prefix: 'eu.', partitions: 4 }
const stored = (mongo: Awaited<ReturnType<typeof testDatabase>>) => mongo.db.collection('log').find().toArray()

t.test('whoever comes first stores the log, and everybody else is held to it', async t => {
  const mongo = await testDatabase()
  await Promise.all(Array.from({ length: 8 }, () => requireLog(mongo, log)))
  t.match(await stored(mongo), [log])
  t.equal((await stored(mongo)).length, 1)
  await requireLog(mongo, log)
  await t.rejects(requireLog(mongo, { ...log, clusterId: 'elsewhere' }), {
    code: 'other_cluster',
    retryable: false,
    message: /Kafka cluster cluster, but this is cluster elsewhere: connect to the former cluster/,
  })
  await t.rejects(requireLog(mongo, { ...log, prefix: '' }), {
    code: 'other_log',
    retryable: false,
    message: /the prefix eu\..*with no prefix: set the former TOPIC_PREFIX/,
  })
  await t.rejects(requireLog(mongo, { ...log, partitions: 8 }), {
    code: 'other_log',
    message: /4 partitions, but they have 8 now.*Restore the topics with 4 partitions/,
  })
  t.match(await stored(mongo), [log], 'what was refused has changed nothing')
})

t.test('a database of an earlier release belongs to the log that its checkpoints name', async t => {
  const mongo = await testDatabase()
  for (const partition of [0, 1, 2, 3]) await projectorCheckpoints(mongo).takeOver(partition, 'cluster')
  await t.rejects(requireLog(mongo, { ...log, clusterId: 'elsewhere' }), { code: 'other_cluster' })
  t.same(await stored(mongo), [])
  await t.rejects(requireLog(mongo, { ...log, partitions: 8 }), { code: 'other_log', message: /4 partitions/ })
  await requireLog(mongo, log)
})

t.test('checkpoints of some partitions do not say how many there were', async t => {
  const mongo = await testDatabase()
  for (const partition of [0, 2]) await projectorCheckpoints(mongo).takeOver(partition, 'cluster')
  await requireLog(mongo, log)
  t.match(await stored(mongo), [log])
  t.same(await reachedPositions(mongo), [
    { partition: 0, offset: 0, done: 'folded' },
    { partition: 2, offset: 0, done: 'folded' },
  ])
})
