export { clusterId } from './admin.ts'
export { applyTopics } from './apply-topics.ts'
export { checkLog, comparable, type LogPositionReached, requireReached, requireWhole } from './check-log.ts'
export { checkTopics, type LogIdentity, requiredProblems, requireTopics, type TopicProblem } from './check-topics.ts'
export { createKafka, type KafkaClient, type KafkaOptions } from './client.ts'
export { requireRecord } from './compare-record.ts'
export * from './consumer.ts'
export { guardLog, type LogGuard } from './guard-log.ts'
export type { LaneProducer, LogClock } from './lane-producer.ts'
export {
  type AppendedEach,
  createLanes,
  type LaneRecord,
  type LaneStats,
  type Lanes,
  type LanesOptions,
  type LogPosition,
  lanesOver,
} from './lanes.ts'
export { lastRecordOf } from './last-record.ts'
export * from './log-ends.ts'
export type { Position as ConsumerPosition, TakenOver } from './ownership.ts'
export * from './partition-for.ts'
export * from './range-reader.ts'
export {
  defaultPartitions,
  type TopicDefinition,
  type TopicNames,
  topicDefinitions,
  topicNames,
} from './topic-definitions.ts'
