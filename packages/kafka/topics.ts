// Topics as code: their names, what they must be like, making them so, and saying what is wrong.
import { AppError } from '@hibob-sync/runtime'
import kafkajs from 'kafkajs'
import { type KafkaClient, newKafka } from './client.ts'

export interface TopicNames {
  events: string
  userChanges: string
  teamChanges: string
}

export interface TopicDefinition {
  topic: string
  partitions: number
  replicationFactor: number
  configs: Record<string, string>
}

export interface TopicProblem {
  topic: string
  problem: string
  /** Whether a production service refuses to serve because of it. */
  unsafe: boolean
}

export const defaultPartitions = 24
const attemptsMax = 6
const retryMs = 100
const days = (count: number) => String(count * 86_400_000)

export function topicNames(prefix: string): TopicNames {
  return {
    events: `${prefix}hibob.events`,
    userChanges: `${prefix}learnamp.user-changes`,
    teamChanges: `${prefix}learnamp.team-changes`,
  }
}

export function topicDefinitions(options: {
  prefix: string
  partitions?: number
  replicationFactor: number
}): TopicDefinition[] {
  const { prefix, partitions = defaultPartitions, replicationFactor } = options
  const names = topicNames(prefix)
  const common = {
    'max.message.bytes': String(2 * 1024 * 1024),
    'min.insync.replicas': replicationFactor >= 3 ? '2' : '1',
    'unclean.leader.election.enable': 'false',
  }
  const log = {
    ...common,
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
    'message.timestamp.type': 'LogAppendTime',
  }
  const changes = {
    ...common,
    'cleanup.policy': 'compact',
    'min.compaction.lag.ms': days(7),
    'delete.retention.ms': days(7),
  }
  return [
    { topic: names.events, partitions, replicationFactor, configs: log },
    { topic: names.userChanges, partitions, replicationFactor, configs: changes },
    { topic: names.teamChanges, partitions, replicationFactor, configs: changes },
  ]
}

/** Creates missing topics and sets differing configurations; never changes partition counts. Returns what was done, a line each. */
export async function applyTopics(
  client: KafkaClient,
  options: { prefix: string; partitions?: number; replicationFactor: number | 'brokers' },
): Promise<string[]> {
  return withAdmin(client, async admin => {
    const { brokers } = await admin.describeCluster()
    const replicationFactor =
      options.replicationFactor === 'brokers' ? Math.min(3, brokers.length) : options.replicationFactor
    if (replicationFactor > brokers.length) {
      throw new AppError(
        'topics_not_applied',
        `replication factor ${replicationFactor} needs as many brokers, and there are ${brokers.length}: add brokers, or pass --replication-factor`,
        { retryable: false },
      )
    }
    const done: string[] = []
    const existing = new Set(await admin.listTopics())
    const definitions = topicDefinitions({ ...options, replicationFactor })
    const missing = definitions.filter(({ topic }) => !existing.has(topic))
    if (missing.length > 0) {
      await admin.createTopics({
        waitForLeaders: true,
        topics: missing.map(({ topic, partitions, configs }) => ({
          topic,
          numPartitions: partitions,
          replicationFactor,
          configEntries: entries(configs),
        })),
      })
      done.push(
        ...missing.map(
          ({ topic, partitions }) =>
            `${topic} created with ${partitions} partitions, replication factor ${replicationFactor}`,
        ),
      )
    }
    for (const { topic, configs } of definitions.filter(({ topic }) => existing.has(topic))) {
      const present = await configsOf(admin, topic)
      if (Object.entries(configs).every(([name, value]) => present.get(name) === value)) continue
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configEntries: entries(configs) }],
      })
      done.push(`${topic} configured`)
    }
    return done
  })
}

/** What is wrong with the topics; empty when all is well. */
export async function checkTopics(client: KafkaClient, { prefix }: { prefix: string }): Promise<TopicProblem[]> {
  return withAdmin(client, async admin => {
    const names = Object.values(topicNames(prefix))
    const existing = new Set(await admin.listTopics())
    const missing = names.filter(topic => !existing.has(topic))
    if (missing.length > 0)
      return missing.map(topic => ({ topic, problem: 'does not exist: run `hibob-sync topics apply`', unsafe: true }))
    const { topics } = await admin.fetchTopicMetadata({ topics: names })
    const problems: TopicProblem[] = []
    const partitions = new Map(topics.map(({ name, partitions: list }) => [name, list]))
    for (const { topic, configs } of topicDefinitions({ prefix, replicationFactor: 3 })) {
      const present = await configsOf(admin, topic)
      for (const [name, value] of Object.entries(configs)) {
        if (present.get(name) !== value)
          problems.push({ topic, problem: `${name} is ${present.get(name)}, not ${value}`, unsafe: true })
      }
      const list = partitions.get(topic) ?? []
      if (list.some(({ replicas }) => replicas.length < 3))
        problems.push({ topic, problem: 'has fewer than 3 replicas', unsafe: true })
      if (list.length !== partitions.get(topicNames(prefix).events)?.length)
        problems.push({ topic, problem: 'has another number of partitions than the log', unsafe: true })
    }
    if ((await brokerConfig(admin, 'auto.create.topics.enable')) === 'true') {
      problems.push({
        topic: '(broker)',
        problem: 'auto.create.topics.enable is true: a mistyped name makes a topic',
        unsafe: true,
      })
    }
    return problems
  })
}

export interface LogIdentity {
  clusterId: string
  partitions: number
}

/** Throws AppError `topics_unsafe` when topics are missing or their counts differ, and in production also when they are unsafe. */
export async function requireTopics(
  client: KafkaClient,
  { prefix, production }: { prefix: string; production: boolean },
): Promise<LogIdentity> {
  const problems = (await checkTopics(client, { prefix })).filter(
    ({ problem }) => production || /does not exist|number of partitions/.test(problem),
  )
  if (problems.length > 0) {
    const lines = problems.map(({ topic, problem }) => `  - ${topic} ${problem}`).join('\n')
    throw new AppError(
      'topics_unsafe',
      `the topics cannot be used:\n${lines}\nRun \`hibob-sync topics check\`, then \`hibob-sync topics apply\``,
      { retryable: false },
    )
  }
  return withAdmin(client, async admin => {
    const { clusterId } = await admin.describeCluster()
    const { topics } = await admin.fetchTopicMetadata({ topics: [topicNames(prefix).events] })
    return { clusterId, partitions: topics[0]?.partitions.length ?? 0 }
  })
}

export async function clusterId(client: KafkaClient): Promise<string> {
  return withAdmin(client, async admin => (await admin.describeCluster()).clusterId)
}

export type Admin = ReturnType<ReturnType<typeof newKafka>['admin']>

/** Runs `act` on a fresh connection; what a moving leader or a restarting broker fails is tried again a few times. */
export async function withAdmin<T>(client: KafkaClient, act: (admin: Admin) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const admin = newKafka(client.options).admin()
    try {
      await admin.connect()
      return await act(admin)
    } catch (error) {
      if (attempt >= attemptsMax || !(error as { retriable?: boolean }).retriable) throw error
    } finally {
      await admin.disconnect()
    }
    await new Promise(resolve => setTimeout(resolve, retryMs * attempt))
  }
}

const entries = (configs: Record<string, string>) => Object.entries(configs).map(([name, value]) => ({ name, value }))

async function configsOf(admin: Admin, topic: string): Promise<Map<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
  })
  return new Map((resources[0]?.configEntries ?? []).map(({ configName, configValue }) => [configName, configValue]))
}

async function brokerConfig(admin: Admin, name: string): Promise<string | undefined> {
  const { brokers } = await admin.describeCluster()
  const first = brokers[0]
  if (first === undefined) return undefined
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.BROKER, name: String(first.nodeId), configNames: [name] }],
  })
  return resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue
}
