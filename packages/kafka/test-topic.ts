// For tests: a topic that no other test uses, on the shared Kafka or on one of the test's own.
import { createLogger } from '@hibob-sync/runtime'
import { engines, uniqueName } from '../../test/support/engines.ts'
import { withAdmin } from './admin.ts'
import { createKafka, type KafkaClient } from './client.ts'
import { alterTopicConfigs, topicConfigs } from './present-topics.ts'

export interface TestTopic {
  client: KafkaClient
  topic: string
}

export const quietLogger = createLogger({ service: 'test', level: 'silent' })

export async function testClient(brokers?: string[]): Promise<KafkaClient> {
  return createKafka({
    brokers: brokers ?? (await engines()).brokers,
    clientId: 'kafka-test',
    logger: quietLogger,
    connectionTimeoutMs: 1000,
  })
}

export async function testTopic(
  partitions: number,
  options: { brokers?: string[]; replicationFactor?: number; configs?: Record<string, string> } = {},
): Promise<TestTopic> {
  const client = await testClient(options.brokers)
  const topic = uniqueName('kafka')
  const configs = { 'max.message.bytes': String(2 * 1024 * 1024), 'message.timestamp.type': 'LogAppendTime' }
  await withAdmin(client, admin =>
    admin.createTopics({
      waitForLeaders: true,
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: options.replicationFactor ?? 1,
          configEntries: Object.entries({ ...configs, ...options.configs }).map(([name, value]) => ({ name, value })),
        },
      ],
    }),
  )
  return { client, topic }
}

/** From now on the topic takes no larger batch of records. */
export async function limitRecords({ client, topic }: TestTopic, bytes: number): Promise<void> {
  await withAdmin(client, async admin => {
    const { ownSettings } = await topicConfigs(admin, topic)
    const limited = { ...Object.fromEntries(ownSettings), 'max.message.bytes': String(bytes) }
    await alterTopicConfigs(admin, topic, limited)
  })
}

/** The values of a partition's records, in order. */
export async function valuesIn(
  batches: AsyncIterable<readonly { value: string | null }[]>,
): Promise<(string | null)[]> {
  const values: (string | null)[] = []
  for await (const records of batches) values.push(...records.map(({ value }) => value))
  return values
}
