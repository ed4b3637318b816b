// One connection to MongoDB with bounds on waiting and majority writes.
import { AppError } from '@hibob-sync/runtime'
import { type Db, MongoClient, type MongoClientOptions, MongoError } from 'mongodb'

export interface Mongo {
  db: Db
  client: MongoClient
  close(): Promise<void>
}

export interface MongoOptions {
  appName: string
  /** How long an act waits for a server that takes it, in ms. */
  waitMs?: number
  /** Does not wait for the server: acts fail until it has answered once, however late. */
  lazy?: boolean
}

const connectAgainMs = 200

/**
 * `url` names the database. Resolves when the server has answered once. Throws AppError `mongodb_url_invalid` or `mongodb_unavailable`;
 * neither shows the URL, which may hold a password.
 */
export async function connectMongo(
  url: string,
  { appName, waitMs = 5000, lazy = false }: MongoOptions,
): Promise<Mongo> {
  const client = clientOf(url, {
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
    await firstAnswer(client)
    return { db: client.db(), client, close: () => client.close() }
  }
  const giveUp = keepConnecting(client)
  return {
    db: client.db(),
    client,
    close() {
      giveUp()
      return client.close()
    },
  }
}

/**
 * Connects, and runs `prepare` on the connection, which is closed if that throws. What MongoDB's absence makes of it is AppError
 * `mongodb_unavailable`.
 */
export async function openMongo(
  url: string,
  options: MongoOptions,
  prepare: (mongo: Mongo) => Promise<void>,
): Promise<Mongo> {
  const mongo = await connectMongo(url, options)
  try {
    await prepare(mongo)
    return mongo
  } catch (error) {
    await mongo.close()
    throw isAway(error) ? unavailable(mongo.client, error) : error
  }
}

/** Whether a fault says that no server takes the act now, or that it was broken off. */
const isAway = (error: unknown) =>
  error instanceof MongoError &&
  (error.name.startsWith('MongoNetwork') ||
    error.name === 'MongoServerSelectionError' ||
    error.hasErrorLabel('RetryableWriteError') ||
    error.hasErrorLabel('TransientTransactionError') ||
    retryableReadCodes.has(Number(error.code)))

/** Not primary (any more), shut down, time limits: as the driver's own retries of reads have them. */
const retryableReadCodes = new Set([6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436])

/** A client whose first connection failed stays closed for good, so that connecting is repeated here until it has succeeded once. */
function keepConnecting(client: MongoClient): () => void {
  let timer: NodeJS.Timeout | undefined
  let over = false
  const connect = () =>
    client.connect().catch(() => {
      if (!over) timer = setTimeout(connect, connectAgainMs)
    })
  void connect()
  return () => {
    over = true
    clearTimeout(timer)
  }
}

/** Throws AppError `mongodb_url_invalid` or `config_invalid` for a URL that no server could be reached by; connects to none. */
export function requireMongoUrl(url: string): void {
  clientOf(url, {})
}

function clientOf(url: string, options: MongoClientOptions): MongoClient {
  try {
    const client = new MongoClient(url, options)
    // the driver would take the database `test`, where whoever gives the name later finds nothing
    if (/^[a-z+]+:\/\/[^/?]+\/[^/?]/.test(url)) return client
  } catch {
    // what the driver says may quote the user name or a part of the password
    const option = oddOption(url)
    throw option === null ? urlInvalid('cannot be used') : optionInvalid(option)
  }
  throw urlInvalid('names no database')
}

const urlInvalid = (what: string) =>
  new AppError(
    'mongodb_url_invalid',
    `MONGODB_URL ${what}: it should be like mongodb://host:27017/hibob-sync?replicaSet=rs0`,
    { retryable: false },
  )

/** The first option that the driver does not take by itself, or not with its value. */
function oddOption(url: string): string | null {
  const [, query = ''] = /\?(.*)$/.exec(url) ?? []
  const options = [...new URLSearchParams(query)]
  const odd = options.find(([name, value]) => {
    try {
      return new MongoClient(`mongodb://host/db?${new URLSearchParams([[name, value]])}`) === null
    } catch {
      return true
    }
  })
  // what has no option's name may be a part of something else
  return odd !== undefined && /^\w{2,40}$/.test(odd[0]) ? odd[0] : null
}

const optionInvalid = (name: string) =>
  new AppError(
    'config_invalid',
    `MONGODB_URL has an option that MongoDB's driver does not take: check "${name}" and its value`,
    { retryable: false },
  )

async function firstAnswer(client: MongoClient): Promise<void> {
  try {
    await client.connect()
    await client.db().command({ ping: 1 })
  } catch (cause) {
    await client.close()
    if (isLoginRefused(cause)) {
      const message = 'MongoDB refuses the user or password of MONGODB_URL: check both, and authSource'
      throw new AppError('mongodb_login_refused', message, { retryable: false, cause })
    }
    throw unavailable(client, cause)
  }
}

function unavailable(client: MongoClient, cause: unknown): AppError {
  const hosts = client.options.hosts.map(String).join(', ') || 'the hosts of MONGODB_URL'
  const message = `MongoDB at ${hosts} does not answer: check MONGODB_URL, and that the server runs as a replica set and lets this client in`
  return new AppError('mongodb_unavailable', message, { retryable: true, cause })
}

const authenticationFailed = 18
const isLoginRefused = (cause: unknown) => (cause as { code?: unknown } | null)?.code === authenticationFailed

/** Rejects when no primary answers. */
export async function requireAnswer(mongo: Mongo): Promise<void> {
  await mongo.db.command({ ping: 1 })
}

/** What the server's clock says, ms since the epoch. */
export async function serverTime(mongo: Mongo): Promise<number> {
  const { localTime } = await mongo.db.command({ hello: 1 })
  return (localTime as Date).getTime()
}

/** Whether the server answers now. */
export async function answers(mongo: Mongo): Promise<boolean> {
  return requireAnswer(mongo).then(
    () => true,
    () => false,
  )
}
