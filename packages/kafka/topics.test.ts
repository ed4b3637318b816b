import { AppError } from '@hibob-sync/runtime'
import t from 'tap'
import { uniqueName } from '../../test/support/engines.ts'
import { withAdmin } from './admin.ts'
import { applyTopics, checkTopics, clusterId, requireTopics, topicNames } from './index.ts'
import { alterTopicConfigs, topicConfigs } from './present-topics.ts'
import { testClient } from './test-topic.ts'

const client = await testClient()
const newPrefix = () => `${uniqueName('topics')}.`

t.test('missing topics are created as they must be, and applying again changes nothing', async t => {
  const prefix = newPrefix()
  const done = await applyTopics(client, { prefix, partitions: 3, replicationFactor: 1 })
  t.equal(done.length, 3)
  t.match(done[0], /hibob\.events created with 3 partitions, replication factor 1/)
  t.strictSame(await applyTopics(client, { prefix, partitions: 3, replicationFactor: 1 }), [])
  const { events, userChanges } = topicNames(prefix)
  await withAdmin(client, async admin => {
    const log = (await topicConfigs(admin, events)).inForce
    t.equal(log.get('cleanup.policy'), 'delete')
    t.equal(log.get('retention.ms'), '-1')
    t.equal(log.get('retention.bytes'), '-1')
    t.equal(log.get('max.message.bytes'), '2097152')
    t.equal(log.get('message.timestamp.type'), 'LogAppendTime')
    t.equal(log.get('unclean.leader.election.enable'), 'false')
    t.equal((await topicConfigs(admin, userChanges)).inForce.get('cleanup.policy'), 'compact')
  })
})

t.test('a configuration that was changed is set right again, and what an operator has set besides stays', async t => {
  const prefix = newPrefix()
  await applyTopics(client, { prefix, partitions: 1, replicationFactor: 1 })
  const { events } = topicNames(prefix)
  await withAdmin(client, async admin => {
    const { ownSettings } = await topicConfigs(admin, events)
    const own = { ...Object.fromEntries(ownSettings), 'retention.ms': '1000', 'segment.ms': '7200000' }
    await alterTopicConfigs(admin, events, own)
  })
  t.strictSame(await applyTopics(client, { prefix, partitions: 1, replicationFactor: 1 }), [`${events} configured`])
  const { inForce } = await withAdmin(client, admin => topicConfigs(admin, events))
  t.equal(inForce.get('retention.ms'), '-1')
  t.equal(inForce.get('segment.ms'), '7200000')
})

t.test('a missing topic gets as many partitions as those that exist, whatever is asked for', async t => {
  const prefix = newPrefix()
  await applyTopics(client, { prefix, partitions: 2, replicationFactor: 1 })
  await withAdmin(client, admin => admin.deleteTopics({ topics: [topicNames(prefix).teamChanges] }))
  await applyTopics(client, { prefix, partitions: 5, replicationFactor: 1 })
  const identity = await requireTopics(client, { prefix, production: false })
  t.strictSame(identity, { clusterId: await clusterId(client), prefix, partitions: 2 })
})

t.test('a production service refuses topics that could lose events, and says which and why', async t => {
  const prefix = newPrefix()
  await applyTopics(client, { prefix, partitions: 1, replicationFactor: 1 })
  const problems = (await checkTopics(client, { prefix })).map(({ topic, problem }) => `${topic} ${problem}`)
  t.ok(problems.includes(`${prefix}hibob.events has fewer than 3 replicas`))
  t.ok(problems.includes(`${prefix}hibob.events min.insync.replicas is 1, not 2`))
  const refused = await requireTopics(client, { prefix, production: true }).catch(error => error)
  t.ok(refused instanceof AppError)
  t.match(refused, { code: 'topics_unsafe', retryable: false, message: /fewer than 3 replicas(.|\n)*topics apply/ })
  t.equal((await requireTopics(client, { prefix, production: false })).partitions, 1)
})

t.test('no service starts on topics that are missing or whose partition counts differ', async t => {
  const prefix = newPrefix()
  await t.rejects(requireTopics(client, { prefix, production: false }), { message: /does not exist/ })
  await applyTopics(client, { prefix, partitions: 2, replicationFactor: 1 })
  const { teamChanges } = topicNames(prefix)
  await withAdmin(client, admin => admin.createPartitions({ topicPartitions: [{ topic: teamChanges, count: 3 }] }))
  await t.rejects(requireTopics(client, { prefix, production: false }), {
    code: 'topics_unsafe',
    message: /team-changes has another number of partitions than the log/,
  })
})

t.test('more replicas than brokers are refused with what to do', async t => {
  await t.rejects(applyTopics(client, { prefix: newPrefix(), replicationFactor: 99 }), {
    code: 'topics_not_applied',
    message: /add brokers/,
  })
})
