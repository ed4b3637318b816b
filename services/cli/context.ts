// What commands act through: settings, and connections that are opened when first needed and closed at the end.
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { type EventData, type EventType, encodeEvent, type HibobEvent } from '@hibob-sync/domain'
import {
  clusterId,
  createKafka,
  createLanes,
  type KafkaClient,
  logEnds,
  partitionFor,
  requireReached,
  requireTopics,
  topicNames,
} from '@hibob-sync/kafka'
import {
  connectMongo,
  createTenantStore,
  ensureIndexes,
  type Mongo,
  reachedPositions,
  readModels,
  requireLog,
  type Tenant,
  tenantRemoved,
} from '@hibob-sync/mongo'
import { AppError, commaList, createLogger, errorCode, masterKeyOf } from '@hibob-sync/runtime'
import { v7 as uuidv7 } from 'uuid'
import { type CliConfig, cliConfig } from './environment.ts'

export type Context = ReturnType<typeof commandContext>

export interface Appended {
  id: string
  partition: number
  offset: number
}

const connectWithinMs = 6000
const logger = createLogger({ service: 'cli', level: 'silent' })

export function commandContext() {
  let config: CliConfig | null = null
  let connected: Mongo | null = null
  let client: KafkaClient | null = null
  let partitionCount: number | null = null

  const settings = (): CliConfig => (config ??= cliConfig())

  async function mongo(): Promise<Mongo> {
    if (connected !== null) return connected
    try {
      connected = await connectMongo(settings().MONGODB_URL, { appName: 'hibob-sync-cli', waitMs: connectWithinMs })
    } catch (cause) {
      if (cause instanceof AppError && !cause.retryable) throw cause
      throw new AppError(
        'mongodb_unreachable',
        `MongoDB does not answer (${errorCode(cause)}): check MONGODB_URL, or whether \`npm start\` runs`,
        { retryable: true, cause },
      )
    }
    await ensureIndexes(connected)
    return connected
  }

  /** Asked once before anything else, since the client by itself tries for minutes. */
  async function kafka(): Promise<KafkaClient> {
    if (client !== null) return client
    const fresh = createKafka({
      brokers: commaList(settings().KAFKA_BROKERS),
      clientId: 'hibob-sync-cli',
      logger,
      requestTimeoutMs: connectWithinMs,
      connectionTimeoutMs: 3000,
    })
    const noAnswer = wait(connectWithinMs, undefined, { ref: false }).then(() =>
      Promise.reject(new AppError('log_unavailable', 'no answer', { retryable: true })),
    )
    await Promise.race([clusterId(fresh), noAnswer])
    client = fresh
    return client
  }

  /** Runs something against Kafka; what fails for want of an answer says so. */
  async function withKafka<T>(act: (client: KafkaClient) => Promise<T>): Promise<T> {
    return kafka().then(act).catch(asUnreachable)
  }

  const topics = () => topicNames(settings().TOPIC_PREFIX)

  /**
   * How many the log has. Throws AppError `topics_unsafe` when there is no log yet, `other_cluster` or `other_log` when it is not the
   * database's, `log_behind_checkpoint` when it ends before what was handled of it.
   */
  async function partitions(): Promise<number> {
    if (partitionCount !== null) return partitionCount
    const prefix = settings().TOPIC_PREFIX
    const log = await withKafka(fresh => requireTopics(fresh, { prefix, production: false }))
    await requireLog(await mongo(), log)
    const reached = await reachedPositions(await mongo())
    requireReached(reached, await withKafka(fresh => logEnds(fresh, topics().events)))
    partitionCount = log.partitions
    return partitionCount
  }

  async function partitionOf(tenant: string): Promise<number> {
    return partitionFor(tenant, await partitions())
  }

  /** For acts that seal or open secrets. Throws AppError `master_key_wrong`. */
  async function tenants() {
    const masterKey = masterKeyOf(settings().MASTER_KEY)
    const store = createTenantStore(await mongo(), masterKey)
    await store.requireMasterKey()
    return store
  }

  const models = async () => readModels(await mongo())

  /** Throws AppError `tenant_unknown`. */
  async function tenant(id: string): Promise<Tenant> {
    const found = await (await tenantReader()).get(id)
    if (found === null)
      throw new AppError('tenant_unknown', `there is no tenant ${id}: \`hibob-sync tenants list\` shows them`, {
        retryable: false,
      })
    return found
  }

  /** Throws AppError `tenant_unknown` or `tenant_removed`. */
  async function presentTenant(id: string): Promise<Tenant> {
    const found = await tenant(id)
    if (found.state === 'removed') throw tenantRemoved(id)
    return found
  }

  // reading tenants opens no secret, so it needs no key
  const tenantReader = async () =>
    createTenantStore(
      await mongo(),
      settings().MASTER_KEY === '' ? Buffer.alloc(32) : masterKeyOf(settings().MASTER_KEY),
    )

  /** Appends a request event of a tenant and returns its id. */
  const append = async <T extends EventType>(type: T, tenantid: string, data: EventData<T>): Promise<string> =>
    (await appendAt(type, tenantid, data)).id

  /** Returns also where the log holds it. */
  async function appendAt<T extends EventType>(type: T, tenantid: string, data: EventData<T>): Promise<Appended> {
    const id = uuidv7()
    const event = {
      specversion: '1.0',
      id,
      source: '/hibob-sync/cli',
      type,
      time: new Date().toISOString(),
      tenantid,
      dataversion: 1,
      data,
    } as HibobEvent<T>
    const partition = await partitionOf(tenantid)
    const offset = await withKafka(async kafkaClient => {
      const lanes = await createLanes(kafkaClient, { deadlineMs: connectWithinMs, sendTimeoutMs: connectWithinMs / 2 })
      try {
        const record = { key: tenantid, value: encodeEvent(event) }
        const at = await lanes.append(topics().events, partition, record).catch(cause => {
          throw cause instanceof AppError && !cause.retryable
            ? cause
            : outcomeUnknown(event as unknown as HibobEvent, cause)
        })
        return at.offset
      } finally {
        await lanes.stop()
      }
    })
    return { id, partition, offset }
  }

  const close = async () => void (await connected?.close())

  return {
    settings,
    mongo,
    withKafka,
    topics,
    partitions,
    partitionOf,
    tenants,
    tenantReader,
    tenant,
    presentTenant,
    models,
    append,
    appendAt,
    close,
    by: userInfo().username,
  }
}

/** What was sent may have been taken, though no answer came. */
function outcomeUnknown({ type, id, tenantid, data }: HibobEvent, cause: unknown): AppError {
  const version = type === 'tenant.settings.changed' ? ` (version ${(data as { version: number }).version})` : ''
  return new AppError(
    'append_unknown',
    `Kafka does not say whether it took ${type} ${id}${version} (${errorCode(cause)}): it may still happen. Look for this id before you repeat the command: hibob-sync events ${tenantid} --json`,
    { retryable: true, cause },
  )
}

export function asUnreachable(cause: unknown): never {
  if (cause instanceof AppError && (!cause.retryable || cause.code === 'append_unknown')) throw cause
  throw new AppError(
    'kafka_unreachable',
    `Kafka does not answer (${errorCode(cause)}): check KAFKA_BROKERS, or whether \`npm start\` runs`,
    { retryable: true, cause },
  )
}
