// The ingress: connects, refuses a log that is unsafe or not the database's, listens. It starts without MongoDB, and then answers 503 until it knows its tenants.
import { createKafka, createLanes, requireTopics, topicNames } from '@hibob-sync/kafka'
import { connectMongo, createTenantStore, requireCluster, serviceBeats } from '@hibob-sync/mongo'
import { commaList, errorCode, type Logger, listenOn, masterKeyOf, startAdmin } from '@hibob-sync/runtime'
import { ingressApp } from './app.ts'
import type { IngressConfig } from './config.ts'
import { eventLog } from './event-log.ts'
import { ingressMetrics } from './metrics.ts'
import { refusalLog } from './refusal-log.ts'
import { tenantCache } from './tenant-cache.ts'

export { refusals } from './answers.ts'
export { type IngressConfig, ingressSettings } from './config.ts'

/** A caller is answered within 5 s, whatever Kafka does. */
const appendWithinMs = 4000
const sendTimeoutMs = 3000
/** A request that has not even arrived whole by then is cut off at the end. */
const finishWithinMs = 6000

export async function startIngress(config: IngressConfig, { logger }: { logger: Logger }) {
  const masterKey = masterKeyOf(config.MASTER_KEY)
  const client = createKafka({
    brokers: commaList(config.KAFKA_BROKERS),
    clientId: 'hibob-sync-ingress',
    logger,
    requestTimeoutMs: sendTimeoutMs,
    connectionTimeoutMs: 1000,
  })
  const { partitions, clusterId } = await requireTopics(client, {
    prefix: config.TOPIC_PREFIX,
    production: config.NODE_ENV === 'production',
  })
  const mongo = await connectMongo(config.MONGODB_URL, { appName: 'hibob-sync-ingress', waitMs: 2000, lazy: true })
  const store = createTenantStore(mongo, masterKey)
  const tenants = tenantCache({
    store,
    logger,
    async requireOurs() {
      await store.requireMasterKey()
      await requireCluster(mongo, clusterId)
    },
  })
  await tenants.start().catch(async error => {
    await mongo.close()
    throw error
  })
  const lanes = await createLanes(client, {
    deadlineMs: appendWithinMs,
    sendTimeoutMs,
    queueBytesMax: 32 * 1024 * 1024,
    concurrentSendsMax: config.INGRESS_CONCURRENT_SENDS,
  })
  const metrics = ingressMetrics(lanes.stats)
  const { events } = topicNames(config.TOPIC_PREFIX)
  const log = eventLog({ client, lanes, topic: events, partitions, logger, onAppended: metrics.appended })
  let stopping = false

  const app = ingressApp({
    tenants,
    append: log.append,
    onInvalidSignature: refusalLog(logger),
    onOutcome: metrics.outcome,
    onFault: error => logger.error({ code: errorCode(error) }, 'request failed'),
  })
  const { INGRESS_PORT: port, INGRESS_HOST: host } = config
  const url = await listenOn('INGRESS_PORT', port, () => app.listen({ port, host }))
  const admin = await startAdmin({ port: config.ADMIN_PORT, metrics: metrics.registry, ready })

  const stopBeating = serviceBeats(mongo).keepBeating('ingress', async () => (await ready()).ok)

  async function ready() {
    const logAnswers = await log.answers()
    return {
      ok: logAnswers && tenants.isLoaded() && !stopping,
      detail: {
        log: logAnswers ? 'answers' : 'does not answer',
        tenants: tenants.isLoaded() ? 'known' : 'not known',
        stopping,
      },
    }
  }

  /** Takes no new connection, answers what is under way, then ends. */
  async function stop(): Promise<void> {
    stopping = true
    stopBeating()
    const cut = setTimeout(() => app.server.closeAllConnections(), finishWithinMs)
    await app.close()
    clearTimeout(cut)
    await lanes.stop()
    tenants.stop()
    await admin.close()
    await mongo.close()
  }

  return { url, adminUrl: admin.url, metrics, laneStats: lanes.stats, stop }
}
