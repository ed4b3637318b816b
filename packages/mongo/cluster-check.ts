// The Kafka cluster that a database belongs to, as its checkpoints name it: positions, and all that was folded, mean nothing with another log.
import { AppError } from '@hibob-sync/runtime'
import type { Mongo } from './connection.ts'

export function otherCluster(mongo: Pick<Mongo, 'db'>, former: string, clusterId: string): AppError {
  return new AppError(
    'other_cluster',
    `what is in the MongoDB database ${mongo.db.databaseName} was made from Kafka cluster ${former}, but this is cluster ${clusterId}: connect to the former cluster, or to an empty MongoDB database to fold this one from its beginning`,
    { retryable: false },
  )
}

/** Throws AppError `other_cluster` when a checkpoint names another Kafka cluster. While there is none, any will do. */
export async function requireCluster(mongo: Mongo, clusterId: string): Promise<void> {
  const checkpoints = mongo.db.collection<{ clusterId: string }>('checkpoints')
  const other = await checkpoints.findOne({ clusterId: { $ne: clusterId } }, { projection: { clusterId: 1 } })
  if (other !== null) throw otherCluster(mongo, other.clusterId, clusterId)
}
