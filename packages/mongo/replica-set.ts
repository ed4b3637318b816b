// A single-member replica set: transactions need one.
import { MongoClient, MongoServerError } from 'mongodb'

/** Makes the server at `host:port` a replica set of itself, unless it is one, and waits until it takes writes. */
export async function initiateReplicaSet(hostAndPort: string, name: string): Promise<void> {
  const client = new MongoClient(`mongodb://${hostAndPort}/?directConnection=true`, {
    serverSelectionTimeoutMS: 30_000,
  })
  try {
    const admin = client.db('admin')
    await admin
      .command({ replSetInitiate: { _id: name, members: [{ _id: 0, host: hostAndPort }] } })
      .catch(ignoreInitiated)
    while (!(await admin.command({ hello: 1 }))['isWritablePrimary'])
      await new Promise(resolve => setTimeout(resolve, 50))
  } finally {
    await client.close()
  }
}

function ignoreInitiated(error: unknown): void {
  if (!(error instanceof MongoServerError) || error.codeName !== 'AlreadyInitialized') throw error
}
