// Topics as the cluster has them: partitions, replicas and configuration.
import kafkajs from 'kafkajs'
import type { Admin } from './admin.ts'

export interface TopicConfigs {
  inForce: Map<string, string>
  /** Of these, what is set on the topic itself. */
  ownSettings: Map<string, string>
}

/** Number of partitions of those of the topics that exist, in the order given. */
export async function partitionCounts(admin: Admin, topics: readonly string[]): Promise<Map<string, number>> {
  const replicas = await partitionReplicas(admin, topics)
  return new Map([...replicas].map(([topic, counts]) => [topic, counts.length]))
}

/** Number of replicas of each partition of those of the topics that exist. */
export async function partitionReplicas(admin: Admin, topics: readonly string[]): Promise<Map<string, number[]>> {
  const existing = new Set(await admin.listTopics())
  const present = topics.filter(topic => existing.has(topic))
  if (present.length === 0) return new Map()
  const { topics: described } = await admin.fetchTopicMetadata({ topics: present })
  const byName = new Map(described.map(({ name, partitions }) => [name, partitions.map(p => p.replicas.length)]))
  return new Map(present.map(topic => [topic, byName.get(topic) ?? []]))
}

export async function topicConfigs(admin: Admin, topic: string): Promise<TopicConfigs> {
  const entries = await configEntries(admin, kafkajs.ConfigResourceTypes.TOPIC, topic)
  return {
    inForce: new Map(entries.map(({ configName, configValue }) => [configName, configValue])),
    ownSettings: new Map(
      entries
        .filter(({ configSource }) => configSource === setOnTopic)
        .map(({ configName, configValue }) => [configName, configValue]),
    ),
  }
}

/** Kafka takes `configs` for the whole of the topic's own settings. */
export async function alterTopicConfigs(admin: Admin, topic: string, configs: Record<string, string>): Promise<void> {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: entries }],
  })
}

export async function brokerConfig(admin: Admin, name: string): Promise<string | undefined> {
  const { brokers } = await admin.describeCluster()
  const first = brokers[0]
  if (first === undefined) return undefined
  const entries = await configEntries(admin, kafkajs.ConfigResourceTypes.BROKER, String(first.nodeId), [name])
  return entries.find(({ configName }) => configName === name)?.configValue
}

/** `TOPIC_CONFIG` of the protocol. */
const setOnTopic = 1

async function configEntries(admin: Admin, type: number, name: string, configNames?: string[]) {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type, name, ...(configNames === undefined ? {} : { configNames }) }],
  })
  return resources[0]?.configEntries ?? []
}
