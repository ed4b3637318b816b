// Makes topics what they must be. Doing it again changes nothing.
import { AppError } from '@hibob-sync/runtime'
import { type Admin, withAdmin } from './admin.ts'
import type { KafkaClient } from './client.ts'
import { alterTopicConfigs, partitionCounts, topicConfigs } from './present-topics.ts'
import { type TopicDefinition, topicDefinitions, topicNames } from './topic-definitions.ts'

/**
 * Creates missing topics and sets differing configurations; what else an operator has configured stays. Never changes partition counts:
 * a missing topic gets as many as those that exist. Returns what was done, a line each. Throws AppError `topics_not_applied`.
 */
export async function applyTopics(
  client: KafkaClient,
  options: { prefix: string; partitions?: number; replicationFactor: number | 'brokers' },
): Promise<string[]> {
  return withAdmin(client, async admin => {
    const replicationFactor = await possibleFactor(admin, options.replicationFactor)
    const present = await partitionCounts(admin, Object.values(topicNames(options.prefix)))
    const partitions = present.values().next().value ?? options.partitions
    const definitions = topicDefinitions({
      prefix: options.prefix,
      replicationFactor,
      ...(partitions === undefined ? {} : { partitions }),
    })
    const created = await create(
      admin,
      definitions.filter(({ topic }) => !present.has(topic)),
    )
    const configured = await configure(
      admin,
      definitions.filter(({ topic }) => present.has(topic)),
    )
    return [...created, ...configured]
  })
}

async function possibleFactor(admin: Admin, wanted: number | 'brokers'): Promise<number> {
  const { brokers } = await admin.describeCluster()
  const factor = wanted === 'brokers' ? Math.min(3, brokers.length) : wanted
  if (factor <= brokers.length) return factor
  throw new AppError(
    'topics_not_applied',
    `replication factor ${factor} needs as many brokers, and there are ${brokers.length}: add brokers, or pass --replication-factor`,
    { retryable: false },
  )
}

async function create(admin: Admin, definitions: TopicDefinition[]): Promise<string[]> {
  if (definitions.length === 0) return []
  await admin.createTopics({
    waitForLeaders: true,
    topics: definitions.map(({ topic, partitions, replicationFactor, configs }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries: Object.entries(configs).map(([name, value]) => ({ name, value })),
    })),
  })
  return definitions.map(
    ({ topic, partitions, replicationFactor }) =>
      `${topic} created with ${partitions} partitions, replication factor ${replicationFactor}`,
  )
}

async function configure(admin: Admin, definitions: TopicDefinition[]): Promise<string[]> {
  const done: string[] = []
  for (const { topic, configs } of definitions) {
    const { inForce, ownSettings } = await topicConfigs(admin, topic)
    if (Object.entries(configs).every(([name, value]) => inForce.get(name) === value)) continue
    await alterTopicConfigs(admin, topic, { ...Object.fromEntries(ownSettings), ...configs })
    done.push(`${topic} configured`)
  }
  return done
}
