// Topics as code: their names, and what they must be like.

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

export const defaultPartitions = 24
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
    // brokers refuse records whose producer's clock is an hour ahead
    'message.timestamp.type': 'LogAppendTime',
  }
  const log = {
    ...common,
    'cleanup.policy': 'delete',
    'retention.ms': '-1',
    'retention.bytes': '-1',
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
