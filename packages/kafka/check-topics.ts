// Says what is wrong with the topics, and refuses to serve on a log that could lose events.
import { AppError } from '@hibob-sync/runtime'
import { type Admin, withAdmin } from './admin.ts'
import type { KafkaClient } from './client.ts'
import { brokerConfig, partitionCounts, partitionReplicas, topicConfigs } from './present-topics.ts'
import { topicDefinitions, topicNames } from './topic-definitions.ts'

export interface TopicProblem {
  topic: string
  problem: string
  /** Whether a production service refuses to serve because of it. */
  unsafe: boolean
}

export interface LogIdentity {
  clusterId: string
  prefix: string
  partitions: number
}

const safeReplicas = 3

/** What is wrong with the topics; empty when all is well. */
export async function checkTopics(client: KafkaClient, { prefix }: { prefix: string }): Promise<TopicProblem[]> {
  return withAdmin(client, async admin => {
    const names = Object.values(topicNames(prefix))
    const replicas = await partitionReplicas(admin, names)
    const missing = names.filter(topic => !replicas.has(topic))
    if (missing.length > 0)
      return missing.map(topic =>
        unsafe(topic, 'does not exist: check TOPIC_PREFIX, then run `hibob-sync topics apply`'),
      )
    return [
      ...partitionProblems(replicas, topicNames(prefix).events),
      ...(await configProblems(admin, prefix)),
      ...(await autoCreateProblems(admin)),
    ]
  })
}

function partitionProblems(replicas: ReadonlyMap<string, number[]>, log: string): TopicProblem[] {
  const partitionsOfLog = replicas.get(log)?.length
  return [...replicas].flatMap(([topic, counts]) => [
    ...(counts.some(count => count < safeReplicas) ? [unsafe(topic, `has fewer than ${safeReplicas} replicas`)] : []),
    ...(counts.length === partitionsOfLog ? [] : [unsafe(topic, 'has another number of partitions than the log')]),
  ])
}

async function configProblems(admin: Admin, prefix: string): Promise<TopicProblem[]> {
  const problems: TopicProblem[] = []
  for (const { topic, configs } of topicDefinitions({ prefix, replicationFactor: safeReplicas })) {
    const { inForce } = await topicConfigs(admin, topic)
    for (const [name, value] of Object.entries(configs)) {
      if (inForce.get(name) !== value) problems.push(unsafe(topic, `${name} is ${inForce.get(name)}, not ${value}`))
    }
  }
  return problems
}

async function autoCreateProblems(admin: Admin): Promise<TopicProblem[]> {
  const value = await brokerConfig(admin, 'auto.create.topics.enable')
  return value === 'true'
    ? [unsafe('(broker)', 'auto.create.topics.enable is true: a mistyped name makes a topic')]
    : []
}

export const topicAdvice = 'Run `hibob-sync topics check`, then `hibob-sync topics apply`'

/** Outside production `topics apply` makes as many replicas as there are brokers, so that fewer are no problem there. */
export const requiredProblems = (problems: readonly TopicProblem[], production: boolean): TopicProblem[] =>
  problems.filter(({ problem }) => production || !/replicas/.test(problem))

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
    throw new AppError('topics_unsafe', `the topics cannot be used:\n${lines}\n${topicAdvice}`, { retryable: false })
  }
  return withAdmin(client, async admin => {
    const { events } = topicNames(prefix)
    const { clusterId } = await admin.describeCluster()
    return { clusterId, prefix, partitions: (await partitionCounts(admin, [events])).get(events) ?? 0 }
  })
}

const unsafe = (topic: string, problem: string): TopicProblem => ({ topic, problem, unsafe: true })
