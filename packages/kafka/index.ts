export { createKafka, type KafkaClient, type KafkaOptions } from './client.ts'
export * from './consumer.ts'
export {
  createLanes,
  type LaneRecord,
  type LaneStats,
  type Lanes,
  type LanesOptions,
  type LogPosition,
} from './lanes.ts'
export * from './log-ends.ts'
export * from './partition-for.ts'
export * from './range-reader.ts'
export {
  applyTopics,
  checkTopics,
  clusterId,
  defaultPartitions,
  type LogIdentity,
  requireTopics,
  type TopicDefinition,
  type TopicNames,
  type TopicProblem,
  topicDefinitions,
  topicNames,
} from './topics.ts'
