// The projector: connects, refuses a log that is unsafe or not its own, folds until it is stopped.
import {
  createKafka,
  createLanes,
  guardLog,
  type LogEnds,
  requireTopics,
  servedLogEnds,
  topicNames,
} from '@hibob-sync/kafka'
import {
  answers,
  createTenantStore,
  ensureIndexes,
  holdAlerts,
  openMongo,
  outbox,
  parkedEvents,
  projectionStore,
  projectorCheckpoints,
  removeOldGenerations,
  replaySwitch,
  requireAnswer,
  requireLog,
  requireMongoUrl,
  requireSameLog,
  snapshots,
  undeliveredChanges,
} from '@hibob-sync/mongo'
import {
  type Beginning,
  beginService,
  codeVersionOf,
  commaList,
  type Doing,
  errorCode,
  type Logger,
  masterKeyOf,
  probe,
  proxiesOf,
  watchdog,
} from '@hibob-sync/runtime'
import { sendAlerts } from './alerts/send-alerts.ts'
import type { ProjectorConfig } from './config.ts'
import { type ProjectorMetrics, projectorMetrics } from './metrics.ts'
import { startProjecting } from './projector.ts'

export { type ProjectorConfig, projectorSettings } from './config.ts'

const sendDeadlineShare = 0.4
const oldGenerationsEveryMs = 600_000

interface Parts {
  logger: Logger
  /** Is called when the projector cannot go on; the process should then end. */
  fatal(error: Error): void
}

export async function startProjector(config: ProjectorConfig, parts: Parts) {
  const metrics = projectorMetrics()
  const { ADMIN_PORT: port, STARTUP_PATIENCE_MS: patienceMs } = config
  return beginService({ port, patienceMs, metrics: metrics.registry, logger: parts.logger }, beginning =>
    connectAndProject(config, parts, metrics, beginning),
  )
}

async function connectAndProject(
  config: ProjectorConfig,
  { logger, fatal }: Parts,
  metrics: ProjectorMetrics,
  { until }: Beginning,
) {
  const proxies = proxiesOf(config)
  requireMongoUrl(config.MONGODB_URL)
  const client = createKafka({ brokers: commaList(config.KAFKA_BROKERS), clientId: 'hibob-sync-projector', logger })
  const production = config.NODE_ENV === 'production'
  const identity = await until('Kafka', () => requireTopics(client, { prefix: config.TOPIC_PREFIX, production }))
  const mongo = await until('MongoDB', () =>
    openMongo(config.MONGODB_URL, { appName: 'hibob-sync-projector' }, async opened => {
      await ensureIndexes(opened)
      await requireLog(opened, identity)
    }),
  )
  const box = outbox(mongo)
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
    strict: production,
    proxies,
    logger,
    onSent: metrics.alerted,
  })
  let started: Awaited<ReturnType<typeof startProjecting>> | null = null
  let ends: ReadonlyMap<number, LogEnds> = new Map()
  const kafka = probe({
    async ask() {
      ends = await servedLogEnds(client, Object.values(topics), topics.events)
      showLag()
    },
  })
  const mongodb = probe({ ask: () => requireAnswer(mongo) })
  const enginesAnswer = () => kafka.answers() && mongodb.answers()
  const projecting = await startProjecting({
    config,
    enginesAnswer,
    client,
    identity,
    topics,
    groupId: `${config.TOPIC_PREFIX}projector`,
    lanes,
    store: projectionStore(mongo),
    checkpoints: projectorCheckpoints(mongo),
    outbox: box,
    replaySwitch: replaySwitch(mongo),
    parked: parkedEvents(mongo),
    snapshots: snapshots(mongo),
    undelivered: undeliveredChanges(mongo),
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
  started = projecting
  const dog = watchdog({ doing, logger, fatal })
  const guard = guardLog({
    client,
    identity,
    production,
    topicsEveryMs: config.TOPICS_CHECK_EVERY_MS,
    requireSame: present => requireSameLog(mongo, identity, present),
    reached: projecting.consumer.reached,
    reads: true,
    onTopics: metrics.topicsSafe,
    onCrash: fatal,
    logger,
  })
  const removalTimer = setInterval(() => void removeOld(), oldGenerationsEveryMs)

  function showLag(): void {
    for (const [partition, { position }] of started?.consumer.positions() ?? [])
      metrics.lag.set({ partition }, (ends.get(partition)?.high ?? position) - position)
  }

  function doing(): Doing[] {
    return enginesAnswer() ? projecting.doing(ends) : []
  }

  async function removeOld(): Promise<void> {
    await removeOldGenerations(mongo).catch(error =>
      logger.warn({ code: errorCode(error) }, 'old generations not removed yet'),
    )
    await box
      .removeRetired(new Date())
      .catch(error => logger.warn({ code: errorCode(error) }, 'changes of removed tenants not removed yet'))
  }

  async function ready() {
    const joined = projecting.consumer.heartbeatAgeMs() < config.PROJECTOR_SESSION_TIMEOUT_MS
    const mongoAnswers = await answers(mongo)
    return {
      ok: joined && mongoAnswers && guard.mayServe(),
      detail: {
        kafka: joined ? 'joined' : 'not joined',
        mongodb: mongoAnswers ? 'answers' : 'does not answer',
        topics: guard.topics(),
      },
    }
  }

  async function stop(): Promise<void> {
    dog.stop()
    kafka.stop()
    mongodb.stop()
    guard.stop()
    clearInterval(removalTimer)
    await alerting.stop()
    await projecting.stop()
    await lanes.stop()
    await mongo.close()
  }

  const { consumer, caughtUp } = projecting
  return { metrics, consumer, caughtUp, live: dog.live, ready, stop }
}
