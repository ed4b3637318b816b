// The ingress: connects, refuses a log that is unsafe or not the database's, listens. It starts without MongoDB, and then answers 503 until it knows its tenants.
import { createKafka, createLanes, guardLog, requireTopics, servedLogEnds, topicNames } from '@hibob-sync/kafka'
import {
  connectMongo,
  createTenantStore,
  reachedPositions,
  requireLog,
  requireMongoUrl,
  requireSameLog,
  serviceBeats,
} from '@hibob-sync/mongo'
import {
  type Beginning,
  beginService,
  commaList,
  errorCode,
  type Logger,
  listenOn,
  masterKeyOf,
  probe,
  watchdog,
} from '@hibob-sync/runtime'
import { ingressApp } from './app.ts'
import type { IngressConfig } from './config.ts'
import { eventLog } from './event-log.ts'
import { loadWatch } from './load-watch.ts'
import { type IngressMetrics, ingressMetrics } from './metrics.ts'
import { refusalLog } from './refusal-log.ts'
import { repeats } from './repeats.ts'
import { tenantCache } from './tenant-cache.ts'

export { refusals } from './answers.ts'
export { type IngressConfig, ingressSettings } from './config.ts'

/** A caller is answered within 5 s, whatever Kafka does. */
const appendWithinMs = 4000
const sendTimeoutMs = 3000
const queueBytesMax = 32 * 1024 * 1024
/** Connections that the system accepts before this process comes to them. */
const backlog = 1024
/** A request that has not even arrived whole by then is cut off at the end. */
const finishWithinMs = 6000

interface Parts {
  logger: Logger
  /** Is called when the ingress cannot go on; the process should then end. */
  fatal(error: Error): void
}

export async function startIngress(config: IngressConfig, parts: Parts) {
  const metrics = ingressMetrics()
  const { ADMIN_PORT: port, STARTUP_PATIENCE_MS: patienceMs } = config
  return beginService({ port, patienceMs, metrics: metrics.registry, logger: parts.logger }, beginning =>
    connectAndListen(config, parts, metrics, beginning),
  )
}

async function connectAndListen(
  config: IngressConfig,
  { logger, fatal }: Parts,
  metrics: IngressMetrics,
  { until }: Beginning,
) {
  const masterKey = masterKeyOf(config.MASTER_KEY)
  requireMongoUrl(config.MONGODB_URL)
  const client = createKafka({
    brokers: commaList(config.KAFKA_BROKERS),
    clientId: 'hibob-sync-ingress',
    logger,
    requestTimeoutMs: sendTimeoutMs,
    connectionTimeoutMs: 1000,
  })
  const production = config.NODE_ENV === 'production'
  const identity = await until('Kafka', () => requireTopics(client, { prefix: config.TOPIC_PREFIX, production }))
  const mongo = await connectMongo(config.MONGODB_URL, { appName: 'hibob-sync-ingress', waitMs: 2000, lazy: true })
  const store = createTenantStore(mongo, masterKey)
  const tenants = tenantCache({
    store,
    logger,
    validMs: config.INGRESS_TENANTS_VALID_MS,
    async requireOurs() {
      await store.requireMasterKey()
      await requireLog(mongo, identity)
    },
  })
  await tenants.start().catch(async error => {
    await mongo.close()
    throw error
  })
  const lanes = await createLanes(client, {
    deadlineMs: appendWithinMs,
    sendTimeoutMs,
    queueBytesMax,
    concurrentSendsMax: config.INGRESS_CONCURRENT_SENDS,
  })
  const { events } = topicNames(config.TOPIC_PREFIX)
  const log = eventLog({
    client,
    lanes,
    queueBytesMax,
    topic: events,
    partitions: identity.partitions,
    logger,
    onAppended: metrics.appended,
  })
  const load = loadWatch({ memoryBytesMax: config.INGRESS_MEMORY_MAX_MB * 1024 * 1024 })
  let stopping = false

  const app = ingressApp({
    tenants,
    once: repeats().once,
    append: log.append,
    refusing: load.refusing,
    onInvalidSignature: refusalLog(logger),
    onOutcome: metrics.outcome,
    onFault: error => logger.error({ code: errorCode(error) }, 'request failed'),
  })
  metrics.watch({
    lanes: lanes.stats,
    sockets: app.socketStats,
    bodyBytes: app.heldBodyBytes,
    lookups: tenants.lookups,
    refusing: load.refusing,
  })
  const { INGRESS_PORT: port, INGRESS_HOST: host } = config
  const url = await listenOn('INGRESS_PORT', port, () => app.listen({ port, host, backlog }))
  const kafka = probe({ ask: () => servedLogEnds(client, [events], events) })
  const dog = watchdog({ doing: () => (kafka.answers() ? lanes.doing() : []), logger, fatal })
  const guard = guardLog({
    client,
    identity,
    production,
    topicsEveryMs: config.TOPICS_CHECK_EVERY_MS,
    requireSame: present => requireSameLog(mongo, identity, present),
    // without MongoDB nothing is known to have been handled
    reached: () => reachedPositions(mongo).catch(() => []),
    reads: false,
    onTopics: metrics.topicsSafe,
    onCrash: fatal,
    logger,
  })
  const stopBeating = serviceBeats(mongo).keepBeating('ingress', async () => (await ready()).ok)

  async function ready() {
    const logAnswers = await log.answers()
    return {
      ok: logAnswers && tenants.isLoaded() && guard.mayServe() && !stopping,
      detail: {
        log: logAnswers ? 'answers' : 'does not answer',
        tenants: tenants.isLoaded() ? 'known' : 'not known',
        topics: guard.topics(),
        stopping,
      },
    }
  }

  /** Takes no new connection, answers what is under way, then ends. */
  async function stop(): Promise<void> {
    stopping = true
    dog.stop()
    kafka.stop()
    stopBeating()
    guard.stop()
    const cut = setTimeout(() => app.server.closeAllConnections(), finishWithinMs)
    await app.close()
    clearTimeout(cut)
    await lanes.stop()
    tenants.stop()
    load.stop()
    await mongo.close()
  }

  return { url, metrics, laneStats: lanes.stats, live: dog.live, ready, stop }
}
