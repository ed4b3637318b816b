// For tests: a process that uses every part of this package once, with kafkajs as it is in production, and ends.
import { createLanes, logEnds, readRange, startConsumer } from './index.ts'
import { quietLogger, testTopic } from './test-topic.ts'

const { client, topic } = await testTopic(2)
const lanes = await createLanes(client)
await lanes.append(topic, 0, { key: 'tenant', value: '{}' })
const consumer = await startConsumer({
  client,
  topic,
  groupId: `${topic}-group`,
  logger: quietLogger,
  takeOver: async () => ({ offset: 0 }),
  handle: async ({ records }) => ({ nextOffset: (records.at(-1)?.offset ?? -1) + 1 }),
  released: () => {},
  onCrash: error => {
    throw error
  },
})
await consumer.caughtUp()
await Array.fromAsync(readRange(client, topic, 0, 0))
await logEnds(client, topic)
await consumer.stop()
await lanes.stop()
