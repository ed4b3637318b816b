// One connection to MongoDB with bounds on waiting and majority writes.
import { type Db, MongoClient } from 'mongodb'

export interface Mongo {
  db: Db
  client: MongoClient
  close(): Promise<void>
}

export interface MongoOptions {
  appName: string
  /** How long an act waits for a server that takes it, in ms. */
  waitMs?: number
  /** Does not wait for the server: the first act connects. */
  lazy?: boolean
}

/** `url` names the database. Resolves when the server has answered once; throws the driver's error when it does not. */
export async function connectMongo(
  url: string,
  { appName, waitMs = 5000, lazy = false }: MongoOptions,
): Promise<Mongo> {
  const client = new MongoClient(url, {
    appName,
    serverSelectionTimeoutMS: waitMs,
    connectTimeoutMS: waitMs,
    socketTimeoutMS: 30_000,
    writeConcern: { w: 'majority', wtimeoutMS: 10_000 },
    readConcern: { level: 'majority' },
    retryWrites: true,
    ignoreUndefined: true,
  })
  if (!lazy) {
    await client.connect()
    await client.db().command({ ping: 1 })
  }
  return { db: client.db(), client, close: () => client.close() }
}

/** Whether the server answers now. */
export async function answers(mongo: Mongo): Promise<boolean> {
  return mongo.db.command({ ping: 1 }).then(
    () => true,
    () => false,
  )
}
