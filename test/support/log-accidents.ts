// What can befall a log outside of hibob-sync, done to the topics of one pipeline, and whether its database was left as it was.
import { applyTopics, createLanes, logEnds } from '@hibob-sync/kafka'
import { withAdmin } from '../../packages/kafka/admin.ts'
import { alterTopicConfigs, topicConfigs } from '../../packages/kafka/present-topics.ts'
import { type Prepared, partitionCount } from './pipeline.ts'
import { until } from './until.ts'

type Log = Pick<Prepared, 'client' | 'topics' | 'prefix'>

/** All records of the log below `offset` are deleted, as retention would. */
export async function deleteBelow({ client, topics }: Log, partition: number, offset: number): Promise<void> {
  await withAdmin(client, async admin => {
    await admin.fetchTopicOffsets(topics.events) // kafkajs deletes only in topics whose metadata it has
    await admin.deleteTopicRecords({ topic: topics.events, partitions: [{ partition, offset: String(offset) }] })
  })
}

/** The log is deleted and made again, with so many other records in one partition. */
export async function remakeLog({ client, topics, prefix }: Log, partition: number, records: number): Promise<void> {
  await withAdmin(client, admin => admin.deleteTopics({ topics: [topics.events] }))
  await until(() =>
    applyTopics(client, { prefix, replicationFactor: 1 })
      .then(done => done.length > 0)
      .catch(() => false),
  )
  await until(async () => (await logEnds(client, topics.events).catch(() => new Map())).size === partitionCount)
  const lanes = await createLanes(client)
  const other = Array.from({ length: records }, (_, number) => ({ key: 'another', value: `${number}` }))
  await lanes.appendAll(topics.events, partition, other)
  await lanes.stop()
}

/** All three topics get as many partitions. */
export async function raisePartitions({ client, topics }: Log, count: number): Promise<void> {
  const topicPartitions = Object.values(topics).map(topic => ({ topic, count }))
  await withAdmin(client, admin => admin.createPartitions({ topicPartitions }))
}

/** Sets one of the log's settings, and leaves the others. */
export async function setOnLog({ client, topics }: Log, name: string, value: string): Promise<void> {
  await withAdmin(client, async admin => {
    const { ownSettings } = await topicConfigs(admin, topics.events)
    await alterTopicConfigs(admin, topics.events, { ...Object.fromEntries(ownSettings), [name]: value })
  })
}

/** Users as they are stored: what a service does of its own before it notices anything, such as to read lists, changes none. */
export const usersOf = ({ mongo }: Pick<Prepared, 'mongo'>) =>
  mongo.db
    .collection('users')
    .find({}, { sort: { _id: 1 } })
    .toArray()

/** What is made from the log, and up to where: nothing that is refused may change any of it. */
export async function madeFromLog({ mongo }: Pick<Prepared, 'mongo'>): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {}
  for (const name of ['users', 'teams', 'managers', 'tenant_states', 'changes', 'parked_events', 'log'])
    found[name] = await mongo.db
      .collection(name)
      .find({}, { sort: { _id: 1 } })
      .toArray()
  const position = { position: 1, published: 1, offset: 1, last: 1 }
  found['checkpoints'] = await mongo.db
    .collection('checkpoints')
    .find({}, { sort: { _id: 1 }, projection: position })
    .toArray()
  return found
}
