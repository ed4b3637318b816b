// Which log a database belongs to: the Kafka cluster, the prefix of its topics and their number of partitions. Whoever comes first
// stores it. Positions, and all that was folded, mean nothing with another log; a tenant's partition follows from the number.
import { AppError } from '@hibob-sync/runtime'
import type { Mongo } from './connection.ts'
import { duplicateKey } from './replay-document.ts'

export interface LogIdentity {
  clusterId: string
  prefix: string
  partitions: number
}

type Named = Pick<Mongo, 'db'>

const identityId = 'identity'

/**
 * Stores the log's identity when the database has none. Throws AppError `other_cluster` when it belongs to another Kafka cluster,
 * `other_log` when the topics have another prefix or number of partitions.
 */
export async function requireLog(mongo: Mongo, present: LogIdentity): Promise<void> {
  // a checkpoint that somebody put there by hand, or from another database, counts too
  const other = await checkpointsOf(mongo).findOne({ clusterId: { $exists: true, $ne: present.clusterId } })
  if (other !== null) throw otherCluster(mongo, other.clusterId, present.clusterId)
  const identities = mongo.db.collection<LogIdentity & { _id: string }>('log')
  let stored = await identities.findOne({ _id: identityId })
  if (stored === null) {
    const { clusterId, prefix } = present
    const partitions = (await partitionsOfCheckpoints(mongo, present.partitions)) ?? present.partitions
    const first = { clusterId, prefix, partitions }
    await identities.updateOne({ _id: identityId }, { $setOnInsert: first }, { upsert: true }).catch(ignoreDuplicate)
    stored = await identities.findOne({ _id: identityId })
  }
  requireSameLog(mongo, stored ?? present, present)
}

/** Throws as `requireLog` does. */
export function requireSameLog(mongo: Named, stored: LogIdentity, present: LogIdentity): void {
  if (stored.clusterId !== present.clusterId) throw otherCluster(mongo, stored.clusterId, present.clusterId)
  if (stored.prefix !== present.prefix)
    throw otherLog(
      `${madeFrom(mongo)} topics with ${prefixed(stored.prefix)}, but TOPIC_PREFIX names those with ${prefixed(present.prefix)}: set the former TOPIC_PREFIX, or connect to an empty MongoDB database to fold this log from its beginning`,
    )
  if (stored.partitions !== present.partitions)
    throw otherLog(
      `${madeFrom(mongo)} topics with ${stored.partitions} partitions, but they have ${present.partitions} now, so tenants would move to other partitions. Restore the topics with ${stored.partitions} partitions and their offsets, or begin again with new topics (another TOPIC_PREFIX) and an empty MongoDB database`,
    )
}

export const otherCluster = (mongo: Named, former: string, clusterId: string) =>
  new AppError(
    'other_cluster',
    `${madeFrom(mongo)} Kafka cluster ${former}, but this is cluster ${clusterId}: connect to the former cluster, or to an empty MongoDB database to fold this one from its beginning`,
    { retryable: false },
  )

/** How far each consumer has come in each partition, as its checkpoint says. */
export async function reachedPositions(mongo: Mongo) {
  const found = await checkpointsOf(mongo)
    .find({}, { projection: { consumer: 1, partition: 1, offset: 1, 'position.offset': 1 } })
    .toArray()
  return found.map(({ consumer, partition, offset, position }) => ({
    partition,
    offset: position?.offset ?? offset ?? 0,
    done: consumer === 'projector' ? 'folded' : 'taken',
  }))
}

/**
 * How many partitions a database of an earlier release was made from; null when its checkpoints do not say. A consumer has a
 * checkpoint for each partition soon after its first start.
 */
async function partitionsOfCheckpoints(mongo: Mongo, present: number): Promise<number | null> {
  for (const consumer of ['projector', 'importer'] as const) {
    const found = await checkpointsOf(mongo)
      .find({ consumer }, { projection: { partition: 1 } })
      .toArray()
    const count = Math.max(0, ...found.map(({ partition }) => partition + 1))
    if (count > present || (count > 1 && found.length === count)) return count
  }
  return null
}

interface StoredCheckpoint {
  _id: string
  consumer: 'projector' | 'importer'
  partition: number
  clusterId: string
  offset?: number
  position?: { offset: number }
}

const checkpointsOf = (mongo: Mongo) => mongo.db.collection<StoredCheckpoint>('checkpoints')
const madeFrom = (mongo: Named) => `what is in the MongoDB database ${mongo.db.databaseName} was made from`
const prefixed = (prefix: string) => (prefix === '' ? 'no prefix' : `the prefix ${prefix}`)
const otherLog = (message: string) => new AppError('other_log', message, { retryable: false })

// another process may be the first
function ignoreDuplicate(error: unknown): void {
  if (!duplicateKey(error)) throw error
}
