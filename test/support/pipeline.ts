// Everything between a simulated HiBob and the change topics, on real engines, under names that no other test uses.
import { randomBytes } from 'node:crypto'
import { type EventData, type EventType, encodeEvent, type HibobEvent, type LogRecord } from '@hibob-sync/domain'
import { type Company, startSimulator, type Variants } from '@hibob-sync/hibob-simulator'
import {
  applyTopics,
  createKafka,
  createLanes,
  type KafkaClient,
  partitionFor,
  readRange,
  topicNames,
} from '@hibob-sync/kafka'
import {
  connectMongo,
  createTenantStore,
  ensureIndexes,
  parkedEvents,
  pendingReads,
  projectorCheckpoints,
  readModels,
} from '@hibob-sync/mongo'
import { createLogger, readConfig } from '@hibob-sync/runtime'
import { withAdmin } from '../../packages/kafka/admin.ts'
import { alterTopicConfigs } from '../../packages/kafka/present-topics.ts'
import { importerSettings, startImporter } from '../../services/importer/main.ts'
import { ingressSettings, startIngress } from '../../services/ingress/main.ts'
import { projectorSettings, startProjector } from '../../services/projector/main.ts'
import { engines, uniqueName } from './engines.ts'
import { isTurned } from './turned-clock.ts'

export interface PipelineOptions {
  /** Tenant id → people of its company (0: an empty company). */
  tenants: Record<string, number>
  settlingMs?: number
  /** Tenant id → how the answers of its company differ from the standard ones. */
  answersAs?: Record<string, Partial<Variants>>
  /** How long HiBob's answers lag behind changes; most of the settling time, since HiBob's own answers do. */
  answersLateMs?: number
  /** Where tenants are told that their HiBob is, given where it is: a proxy in front of it. */
  hibobUrl?: (simulatorUrl: string) => Promise<string>
  replicationFactor?: number
  env?: Record<string, string>
  rateLimits?: Record<string, number>
  rateWindowMs?: number
  /** This process's clock, which a test turns, is also that of records and, as far as it is asked, of MongoDB. */
  ownTime?: boolean
  /** What MongoDB's clock says, as far as it is asked. */
  otherClocks?: () => Promise<number>
}

export type Pipeline = Awaited<ReturnType<typeof startPipeline>>

/** Fewer than in production: every test makes topics of its own, and the brokers keep them all. */
export const partitionCount = 6
const seed = 11
/** HiBob answers with old values for up to 20 s, and 25 s are waited. */
const answersLatePart = 0.8

/** The parts that services share: topics, database, simulator and tenants. Services are started by the test that needs them. */
export async function preparePipeline(options: PipelineOptions) {
  if (isTurned() && options.otherClocks === undefined && !options.ownTime)
    throw new Error('this process’s clock is turned: say `ownTime`, or by `otherClocks` what MongoDB’s says')
  const { brokers, mongoUrl } = await engines()
  const prefix = `${uniqueName('t')}.`
  const database = mongoUrl(uniqueName('test'))
  const logger = createLogger({ service: 'test', level: process.env['TEST_LOG_LEVEL'] ?? 'silent' })
  const client = createKafka({ brokers, clientId: 'test', logger })
  await applyTopics(client, { prefix, replicationFactor: options.replicationFactor ?? 1, partitions: partitionCount })
  if (options.ownTime) await producersSayTheTime(client, topicNames(prefix).events)
  const mongo = await connectMongo(database, { appName: 'test' })
  await ensureIndexes(mongo)
  const companies = Object.entries(options.tenants).map(([tenant, people], index) => ({
    id: String(700_000 + index),
    people,
    answersAs: { settling: 'late' as const, ...options.answersAs?.[tenant] },
  }))
  const settlingMs = options.settlingMs ?? 300
  const simulator = await startSimulator({
    seed,
    companies,
    // HiBob's clock is its own
    now: () => Math.floor(performance.timeOrigin + performance.now()),
    ...(options.rateLimits === undefined ? {} : { rateLimits: options.rateLimits }),
    ...(options.rateWindowMs === undefined ? {} : { rateWindowMs: options.rateWindowMs }),
    settlingMs: options.answersLateMs ?? settlingMs * answersLatePart,
  })
  const hibobUrl = (await options.hibobUrl?.(simulator.url)) ?? simulator.url
  const masterKey = randomBytes(32)
  const env: NodeJS.ProcessEnv = {
    KAFKA_BROKERS: brokers.join(','),
    MONGODB_URL: database,
    MASTER_KEY: masterKey.toString('base64'),
    TOPIC_PREFIX: prefix,
    HIBOB_ALLOWED_URLS: hibobUrl,
    HIBOB_SETTLING_MS: String(settlingMs),
    IMPORTER_RETRY_BASE_MS: '50',
    INGRESS_PORT: '0',
    // the ingress shares this process with every other service and the simulated HiBob
    INGRESS_MEMORY_MAX_MB: '4000',
    ADMIN_PORT: '0',
    STARTUP_PATIENCE_MS: '0',
    ...options.env,
  }
  const topics = topicNames(prefix)
  const lanes = await createLanes(client)
  const tenants = createTenantStore(mongo, masterKey)
  const access = new Map<string, { token: string; secret: string; company: Company }>()
  const partitionOf = (tenant: string) => partitionFor(tenant, partitionCount)

  async function append<T extends EventType>(
    type: T,
    tenantid: string,
    data: EventData<T>,
  ): Promise<{ offset: number }> {
    const event = {
      specversion: '1.0',
      id: uniqueName('event'),
      source: '/test',
      type,
      time: new Date().toISOString(),
      tenantid,
      dataversion: 1,
      data,
    } as HibobEvent<T>
    return lanes.append(topics.events, partitionOf(tenantid), { key: tenantid, value: encodeEvent(event) })
  }

  /** A tenant whose HiBob is somewhere else than in the simulator. */
  async function addTenant(
    tenant: string,
    hibobUrl: string,
    { id: companyId, serviceUserId, token: serviceUserToken } = {
      id: '700123',
      serviceUserId: 'SERVICE-1',
      token: 'token',
    },
  ): Promise<{ token: string; secret: string }> {
    const signingSecret = uniqueName('secret')
    await append('tenant.added', tenant, { by: 'test' })
    const account = { tenant, companyId, hibobUrl, serviceUserId, serviceUserToken, signingSecret }
    const { token } = await tenants.add(account, 'test')
    return { token, secret: signingSecret }
  }

  for (const [index, tenant] of Object.keys(options.tenants).entries()) {
    const company = simulator.company(String(700_000 + index))
    access.set(tenant, { ...(await addTenant(tenant, hibobUrl, company)), company })
  }

  /** Records of one topic that belong to a tenant, oldest first. */
  async function recordsOf(tenant: string, topic: string): Promise<LogRecord[]> {
    const records: LogRecord[] = []
    for await (const batch of readRange(client, topic, partitionOf(tenant), 0)) records.push(...batch)
    return records.filter(({ key }) => key === tenant || key.startsWith(`${tenant}/`))
  }

  async function close(): Promise<void> {
    await simulator.close()
    await lanes.stop()
    await mongo.close()
  }

  return {
    env,
    otherClocks: options.otherClocks ?? (options.ownTime ? async () => Date.now() : null),
    prefix,
    client,
    mongo,
    topics,
    lanes,
    tenants,
    simulator,
    logger,
    append,
    addTenant,
    recordsOf,
    partitionOf,
    eventsOf: (tenant: string) => recordsOf(tenant, topics.events),
    userChangesOf: (tenant: string) => recordsOf(tenant, topics.userChanges),
    teamChangesOf: (tenant: string) => recordsOf(tenant, topics.teamChanges),
    company: (tenant: string) => (access.get(tenant) as { company: Company }).company,
    accessOf: (tenant: string) => access.get(tenant) as { token: string; secret: string; company: Company },
    models: readModels(mongo),
    parked: parkedEvents(mongo),
    pending: pendingReads(mongo),
    checkpoints: projectorCheckpoints(mongo),
    close,
  }
}

/** Records bear their producers' time, however far from the broker's. */
export async function producersSayTheTime(client: KafkaClient, topic: string): Promise<void> {
  const anyTime = String(2 ** 53)
  await withAdmin(client, admin =>
    alterTopicConfigs(admin, topic, {
      'message.timestamp.type': 'CreateTime',
      'message.timestamp.after.max.ms': anyTime,
      'message.timestamp.before.max.ms': anyTime,
    }),
  )
}

export type Prepared = Awaited<ReturnType<typeof preparePipeline>>

const fail = (error: Error) => {
  throw error
}

export const runProjector = ({ env, logger }: Prepared, fatal: (error: Error) => void = fail) =>
  startProjector(readConfig(projectorSettings, env), { logger, fatal })
export const runImporter = ({ env, logger, otherClocks }: Prepared, fatal: (error: Error) => void = fail) =>
  startImporter(readConfig(importerSettings, env), {
    logger,
    fatal,
    ...(otherClocks === null ? {} : { clock: otherClocks }),
  })
export const runIngress = ({ env, logger }: Prepared, fatal: (error: Error) => void = fail) =>
  startIngress(readConfig(ingressSettings, env), { logger, fatal })

/** All of it, with every company's webhooks connected. */
export async function startPipeline(options: PipelineOptions) {
  const prepared = await preparePipeline(options)
  const [projector, importer, ingress] = await Promise.all([
    runProjector(prepared),
    runImporter(prepared),
    runIngress(prepared),
  ])
  const companies = Object.keys(options.tenants).map(tenant => prepared.accessOf(tenant))
  const base = ingress.url.replace('0.0.0.0', '127.0.0.1')
  const webhookUrl = (tenant: string) => `${base}/webhooks/hibob/${prepared.accessOf(tenant).token}`
  async function connectWebhooks(tenant: string): Promise<void> {
    const { company, secret } = prepared.accessOf(tenant)
    // the address is right, and a ping would be refused, not sent again, whenever this process has just been busy
    await company.sendWebhooksTo(webhookUrl(tenant), secret, { retryTimeScale: 0.05, skipPing: true })
  }
  for (const tenant of Object.keys(options.tenants)) await connectWebhooks(tenant)

  /** Everything that happened in the companies until now is in the read models and on the topics. */
  async function caughtUp(): Promise<void> {
    await Promise.all(companies.map(({ company }) => company.deliveriesSettled()))
    await importer.caughtUp()
    await projector.caughtUp()
    // the projector may have made people due, or shown the importer an unknown list item
    await importer.caughtUp()
    await projector.caughtUp()
  }

  async function stop(): Promise<void> {
    for (const { company } of companies) company.stopWebhooks()
    await ingress.stop()
    await importer.stop()
    await projector.stop()
    await prepared.close()
  }

  return { ...prepared, projector, importer, ingress, webhookUrl, connectWebhooks, caughtUp, stop }
}
