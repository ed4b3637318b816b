// A consumer whose broker stops, or answers late, behind a proxy.
import { createRequire } from 'node:module'
import { createLogger } from '@hibob-sync/runtime'
import t from 'tap'
import { uniqueName } from '../../test/support/engines.ts'
import { createLanes, startConsumer } from './index.ts'
import { startTestBroker } from './test-broker.ts'
import { heartbeatKey } from './test-proxy.ts'
import { quietLogger, testTopic } from './test-topic.ts'

const broker = await startTestBroker(end => t.teardown(end))
const { client, topic } = await testTopic(1, { brokers: broker.brokers })
const sessionTimeoutMs = 6000
const options = {
  client,
  topic,
  sessionTimeoutMs,
  heartbeatIntervalMs: 200,
  logger: quietLogger,
  released: () => {},
  onCrash: (error: Error) => {
    throw error
  },
}

t.test('a heartbeat counts from when it was sent, however late its answer is read', async t => {
  const consumer = await startConsumer({
    ...options,
    groupId: uniqueName('group'),
    takeOver: async () => ({ offset: 0 }),
    handle: async ({ records }) => ({ nextOffset: (records.at(-1)?.offset ?? -1) + 1 }),
  })
  broker.proxy.hold(true, heartbeatKey)
  await until(() => broker.proxy.holding() > 0)
  const answeredAt = performance.now()
  await until(() => performance.now() > answeredAt + 1500)
  let youngest = Number.POSITIVE_INFINITY
  const watching = setInterval(() => {
    youngest = Math.min(youngest, consumer.heartbeatAgeMs())
  }, 1)
  // lets the answer that was held pass, and holds the next one
  broker.proxy.hold(false, heartbeatKey)
  broker.proxy.hold(true, heartbeatKey)
  await until(() => broker.proxy.holding() > 0)
  clearInterval(watching)
  t.ok(youngest > 1500, `the youngest age seen is ${Math.round(youngest)} ms`)
  broker.proxy.hold(false, heartbeatKey)
  await until(() => consumer.heartbeatAgeMs() < 1500)
  await consumer.stop()
})

t.test('a consumer goes on by itself after its broker was away, from where its owner stands', async t => {
  const handled: string[] = []
  let position = 0
  const consumer = await startConsumer({
    ...options,
    groupId: uniqueName('group'),
    takeOver: async () => ({ offset: position }),
    async handle({ records }) {
      handled.push(...records.map(({ value }) => value ?? ''))
      position = (records.at(-1)?.offset ?? -1) + 1
      return { nextOffset: position }
    },
  })
  const lanes = await createLanes(client, { deadlineMs: 60_000 })
  await lanes.append(topic, 0, { key: 'tenant', value: 'before' })
  await until(() => handled.length === 1)
  broker.kill('SIGKILL')
  await broker.startAgain()
  await lanes.append(topic, 0, { key: 'tenant', value: 'after' })
  await until(() => handled.length === 2)
  t.strictSame(handled, ['before', 'after'])
  await consumer.stop()
  await lanes.stop()
})

t.test('a consumer on which kafkajs gives up is replaced by another, and goes on', async t => {
  const ConsumerGroup = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup.js')
  const { fetch } = ConsumerGroup.prototype
  const handled: string[] = []
  let failures = 0
  const consumer = await startConsumer({
    ...options,
    groupId: uniqueName('group'),
    takeOver: async () => ({ offset: 2 }),
    async handle({ records }) {
      handled.push(...records.map(({ value }) => value ?? ''))
      return { nextOffset: (records.at(-1)?.offset ?? -1) + 1 }
    },
  })
  // as when all brokers go away at once: a fault of its own, which it does not try again
  ConsumerGroup.prototype.fetch = async () => {
    failures++
    throw new TypeError("Cannot read properties of undefined (reading 'nodeId')")
  }
  await until(() => failures > 1)
  ConsumerGroup.prototype.fetch = fetch
  const lanes = await createLanes(client, { deadlineMs: 60_000 })
  await lanes.append(topic, 0, { key: 'tenant', value: 'later' })
  await until(() => handled.length > 0)
  t.strictSame(handled, ['later'])
  await consumer.stop()
  await lanes.stop()
})

t.test('that Kafka is lost and comes back is logged, and which partitions come and go', async t => {
  const lines: { level: string; msg: string; code?: string; partitions?: number[] }[] = []
  const logger = createLogger({ service: 'test', destination: { write: line => void lines.push(JSON.parse(line)) } })
  const consumer = await startConsumer({
    ...options,
    logger,
    groupId: uniqueName('group'),
    takeOver: async () => ({ offset: 0 }),
    handle: async ({ records }) => ({ nextOffset: (records.at(-1)?.offset ?? -1) + 1 }),
  })
  const count = (msg: RegExp) => lines.filter(line => msg.test(line.msg)).length
  await until(() => count(/^partitions assigned/) === 1)
  broker.kill('SIGKILL')
  await until(() => lines.some(({ code }) => code === 'group_lost'))
  // it is looked at several times meanwhile
  const lostForMs = consumer.heartbeatAgeMs()
  await until(() => consumer.heartbeatAgeMs() > lostForMs + 2000)
  t.equal(lines.filter(({ level, code }) => level === 'warn' && code === 'group_lost').length, 1)
  await broker.startAgain()
  await until(() => count(/counts this member of the group in again/) === 1)
  await consumer.stop()
  t.match(
    lines.filter(({ msg }) => msg === 'partitions released'),
    [{ level: 'info', partitions: [0] }],
  )
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setTimeout(resolve, 5))
}
