// The projector: connects, refuses a log that is unsafe or not its own, folds until it is stopped.
import { createKafka, createLanes, logEnds, requireTopics, topicNames } from '@hibob-sync/kafka'
import {
  answers,
  connectMongo,
  createTenantStore,
  ensureIndexes,
  holdAlerts,
  outbox,
  parkedEvents,
  projectionStore,
  projectorCheckpoints,
  removeOldGenerations,
  replaySwitch,
  requireCluster,
  snapshots,
} from '@hibob-sync/mongo'
import {
  codeVersionOf,
  commaList,
  errorCode,
  type Logger,
  masterKeyOf,
  proxiesOf,
  startAdmin,
} from '@hibob-sync/runtime'
import { sendAlerts } from './alerts/send-alerts.ts'
import type { ProjectorConfig } from './config.ts'
import { projectorMetrics } from './metrics.ts'
import { startProjecting } from './projector.ts'

export { type ProjectorConfig, projectorSettings } from './config.ts'

const sendDeadlineShare = 0.4
const lagEveryMs = 5000
const oldGenerationsEveryMs = 600_000

/** `fatal` is called when the projector cannot go on; the process should then end. */
export async function startProjector(
  config: ProjectorConfig,
  { logger, fatal }: { logger: Logger; fatal(error: Error): void },
) {
  const proxies = proxiesOf(config)
  const client = createKafka({ brokers: commaList(config.KAFKA_BROKERS), clientId: 'hibob-sync-projector', logger })
  const { clusterId } = await requireTopics(client, {
    prefix: config.TOPIC_PREFIX,
    production: config.NODE_ENV === 'production',
  })
  const mongo = await connectMongo(config.MONGODB_URL, { appName: 'hibob-sync-projector' })
  await ensureIndexes(mongo)
  await requireCluster(mongo, clusterId).catch(async error => {
    await mongo.close()
    throw error
  })
  const metrics = projectorMetrics()
  const topics = topicNames(config.TOPIC_PREFIX)
  let heartbeatAgeMs = () => 0
  // a send ends, its connection closed, before the session can
  const sendMs = config.PROJECTOR_SESSION_TIMEOUT_MS * sendDeadlineShare
  const lanes = await createLanes(client, {
    deadlineMs: sendMs,
    sendTimeoutMs: sendMs,
    mayStart: () => heartbeatAgeMs() < config.PROJECTOR_SESSION_TIMEOUT_MS / 2,
  })
  const tenants = config.MASTER_KEY === '' ? null : createTenantStore(mongo, masterKeyOf(config.MASTER_KEY))
  const alerting = sendAlerts({
    alerts: holdAlerts(mongo),
    secretOf: async tenant => (await tenants?.alertSecret(tenant)) ?? null,
    strict: config.NODE_ENV === 'production',
    proxies,
    logger,
    onSent: metrics.alerted,
  })
  const projecting = await startProjecting({
    config,
    client,
    clusterId,
    topics,
    groupId: `${config.TOPIC_PREFIX}projector`,
    lanes,
    store: projectionStore(mongo),
    checkpoints: projectorCheckpoints(mongo),
    outbox: outbox(mongo),
    replaySwitch: replaySwitch(mongo),
    parked: parkedEvents(mongo),
    snapshots: snapshots(mongo),
    codeVersion: await codeVersionOf(import.meta.resolve('@hibob-sync/domain')),
    metrics,
    logger,
    onHeld({ tenantId, holdId, users, more }) {
      metrics.held(more)
      logger.warn({ tenantId, holdId, users, count: more }, `users are held: hibob-sync holds show ${tenantId}`)
      alerting.look()
    },
    onCrash: fatal,
  })
  heartbeatAgeMs = projecting.consumer.heartbeatAgeMs
  const lagTimer = setInterval(() => void measureLag().catch(() => {}), lagEveryMs)
  const removalTimer = setInterval(() => void removeOld(), oldGenerationsEveryMs)
  const admin = await startAdmin({ port: config.ADMIN_PORT, metrics: metrics.registry, ready })

  async function measureLag(): Promise<void> {
    const ends = await logEnds(client, topics.events)
    for (const [partition, { position }] of projecting.consumer.positions())
      metrics.lag.set({ partition }, (ends.get(partition)?.high ?? position) - position)
  }

  async function removeOld(): Promise<void> {
    await removeOldGenerations(mongo, new Date()).catch(error =>
      logger.warn({ code: errorCode(error) }, 'old generations not removed yet'),
    )
  }

  async function ready() {
    const joined = projecting.consumer.heartbeatAgeMs() < config.PROJECTOR_SESSION_TIMEOUT_MS
    const mongoAnswers = await answers(mongo)
    return {
      ok: joined && mongoAnswers,
      detail: { kafka: joined ? 'joined' : 'not joined', mongodb: mongoAnswers ? 'answers' : 'does not answer' },
    }
  }

  async function stop(): Promise<void> {
    clearInterval(lagTimer)
    clearInterval(removalTimer)
    await alerting.stop()
    await projecting.stop()
    await lanes.stop()
    await admin.close()
    await mongo.close()
  }

  return { adminUrl: admin.url, metrics, consumer: projecting.consumer, caughtUp: projecting.caughtUp, stop }
}
