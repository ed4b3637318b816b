// The importer: takes webhooks from the log, reads from HiBob whom they name, appends what it saw.
import { needsOf } from '@hibob-sync/domain'
import {
  type Consumer,
  createKafka,
  createLanes,
  guardLog,
  type LogEnds,
  partitionFor,
  requireTopics,
  servedLogEnds,
  startConsumer,
  topicNames,
} from '@hibob-sync/kafka'
import {
  createTenantStore,
  ensureIndexes,
  hibobFailures,
  hibobNotes,
  importerCheckpoints,
  importStore,
  knownPeople,
  listSchedule,
  openMongo,
  pendingReads,
  projectorCheckpoints,
  readModels,
  requireAnswer,
  requireLog,
  requireMongoUrl,
  requireSameLog,
  serverTime,
  serviceBeats,
  tenantStates,
} from '@hibob-sync/mongo'
import {
  AppError,
  type Beginning,
  beginService,
  commaList,
  type Doing,
  type Logger,
  masterKeyOf,
  probe,
  proxiesOf,
  watchdog,
} from '@hibob-sync/runtime'
import { announceDays } from './announce-days.ts'
import { eventAppender } from './append-events.ts'
import { clockWatch, type Skews } from './clock-watch.ts'
import type { ImporterConfig } from './config.ts'
import { failureNotes } from './failure-notes.ts'
import { hibobClients } from './hibob-clients.ts'
import { startImports } from './import-loop.ts'
import { type ImporterMetrics, importerMetrics } from './importer-metrics.ts'
import { loopRounds } from './look-again.ts'
import { ownedPartitions } from './owned-partitions.ts'
import { readiness } from './readiness.ts'
import { startReading } from './reading-loop.ts'
import { scheduleImports } from './scheduled-imports.ts'
import { settledOffsets } from './settled-offsets.ts'
import { takeOver } from './take-over.ts'
import { takeWebhooks } from './take-webhooks.ts'

export { type ImporterConfig, importerSettings } from './config.ts'

/** What Kafka does not take in this time is read from HiBob again; a stop waits no longer. */
const appendWithinMs = 6000
/** An import goes on, unpaced, when the projector has not moved for so long. */
const projectorPatienceMs = 10_000
/** People named in one search of an import. */
const importBatchMax = 200
/** Failures one after the other, some five minutes in all, after which an import is given up. */
const importFailuresMax = 9
/** A broker whose clock was apart, and a day that was passed over, are tried again after so many looks: 5 min. */
const looksUntilAgain = 10

interface Parts {
  logger: Logger
  /** Is called when the importer cannot go on; the process should then end. */
  fatal(error: Error): void
  /** MongoDB's clock, ms since the epoch. */
  clock?: () => Promise<number>
}

export async function startImporter(config: ImporterConfig, parts: Parts) {
  const metrics = importerMetrics()
  const { ADMIN_PORT: port, STARTUP_PATIENCE_MS: patienceMs } = config
  return beginService({ port, patienceMs, metrics: metrics.metrics, logger: parts.logger }, beginning =>
    connectAndImport(config, parts, metrics, beginning),
  )
}

async function connectAndImport(
  config: ImporterConfig,
  { logger, fatal, clock }: Parts,
  metrics: ImporterMetrics,
  { until }: Beginning,
) {
  const masterKey = masterKeyOf(config.MASTER_KEY)
  const proxies = proxiesOf(config)
  requireMongoUrl(config.MONGODB_URL)
  const client = createKafka({ brokers: commaList(config.KAFKA_BROKERS), clientId: 'hibob-sync-importer', logger })
  const production = config.NODE_ENV === 'production'
  const identity = await until('Kafka', () => requireTopics(client, { prefix: config.TOPIC_PREFIX, production }))
  const { clusterId, partitions } = identity
  const mongo = await until('MongoDB', () =>
    openMongo(config.MONGODB_URL, { appName: 'hibob-sync-importer' }, async opened => {
      await ensureIndexes(opened)
      await createTenantStore(opened, masterKey).requireMasterKey()
      await requireLog(opened, identity)
    }),
  )
  const tenants = createTenantStore(mongo, masterKey)
  const topics = topicNames(config.TOPIC_PREFIX)
  const { events: topic } = topics
  const clocks = clockWatch({
    serverTime: clock ?? (() => serverTime(mongo)),
    logger,
    askAgainMs: config.IMPORTER_SCHEDULE_EVERY_MS * looksUntilAgain,
  })
  const lanes = await createLanes(client, {
    deadlineMs: appendWithinMs,
    sendTimeoutMs: appendWithinMs / 2,
    onClock: clocks.appended,
  })
  const checkpoints = importerCheckpoints(mongo)
  const pending = pendingReads(mongo)
  const lists = listSchedule(mongo)
  const imports = importStore(mongo)
  const projector = projectorCheckpoints(mongo)
  const foldedTo = async (partition: number) => (await projector.load(partition))?.position.offset ?? null
  const states = tenantStates(mongo)
  const clients = hibobClients({
    connectionsMax: config.IMPORTER_REQUESTS_MAX,
    allowedUrls: commaList(config.HIBOB_ALLOWED_URLS),
    proxies,
  })
  const settlingMs = config.HIBOB_SETTLING_MS
  const owned = ownedPartitions(settledOffsets(settlingMs))
  let consumer: Consumer | null = null
  let ends: ReadonlyMap<number, LogEnds> = new Map()
  const kafka = probe({
    async ask() {
      ends = await servedLogEnds(client, [topic], topic)
      showLag()
    },
  })
  const mongodb = probe({ ask: () => requireAnswer(mongo) })
  const enginesAnswer = () => kafka.answers() && mongodb.answers()
  const loops = loopRounds()
  const common = {
    failures: failureNotes({ failures: hibobFailures(mongo), notes: hibobNotes(mongo) }),
    owned,
    pending,
    lists,
    tenants,
    clients,
    metrics,
    clocks,
    logger,
    loops,
    settlingMs,
    listsEveryMs: config.IMPORTER_LISTS_EVERY_MS,
    limits: {
      batchMax: config.IMPORTER_BATCH_PEOPLE,
      retryBaseMs: config.IMPORTER_RETRY_BASE_MS,
      retryMaxMs: config.IMPORTER_RETRY_MAX_MS,
    },
    append: eventAppender(lanes, topic),
    needsOf: async (tenantId: string) => needsOf(await states.live(tenantId)),
    mayBegin: () => consumer !== null && consumer.heartbeatAgeMs() < config.IMPORTER_SESSION_TIMEOUT_MS / 2,
  }

  const reading = startReading({
    ...common,
    checkpoints,
    models: readModels(mongo),
    requestsMax: config.IMPORTER_REQUESTS_MAX,
  })
  const importing = startImports({
    ...common,
    imports,
    known: knownPeople(mongo),
    foldedTo,
    importsMax: config.IMPORTER_IMPORTS_MAX,
    peopleAheadMax: config.IMPORTER_IMPORT_AHEAD_PEOPLE,
    projectorPatienceMs,
    batchMax: importBatchMax,
    failuresMax: importFailuresMax,
  })

  consumer = await startConsumer({
    client,
    groupId: `${config.TOPIC_PREFIX}importer`,
    topic,
    partitions,
    sessionTimeoutMs: config.IMPORTER_SESSION_TIMEOUT_MS,
    enginesAnswer,
    logger,
    takeOver: partition => takeOver({ ...common, client, clusterId, topic, checkpoints, imports }, partition),
    released: partitions => owned.release(partitions),
    onCrash: fatal,
    async handle(batch) {
      try {
        return await takeWebhooks(
          {
            owned,
            checkpoints,
            pending,
            lists,
            imports,
            tenants,
            settlingMs,
            onTaken: metrics.handled,
            onRemoved: reading.forget,
          },
          batch,
        )
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== 'ownership_lost') throw error
        logger.warn(
          { partition: batch.partition, code: error.code },
          'another importer owns the partition: leaving the group and joining again',
        )
        owned.release([batch.partition])
        void consumer?.rejoin()
        return { nextOffset: batch.records[0]?.offset ?? 0 }
      }
    },
  })
  const running = consumer
  const beats = serviceBeats(mongo)
  // so that the first beat says it
  await clocks.measure().catch(() => {})
  const stopBeating = beats.keepBeating('importer', common.mayBegin, () => ({ ...skews() }))
  const scheduled = {
    ...common,
    states,
    everyMs: config.IMPORTER_SCHEDULE_EVERY_MS,
    partitionOf: (tenantId: string) => partitionFor(tenantId, partitions),
  }
  const schedule = scheduleImports({ ...scheduled, imports, beats, spreadMs: config.IMPORTER_NIGHTLY_SPREAD_MS })
  const measure = async () => {
    await clocks.measure()
    metrics.skewed(skews())
  }
  const days = announceDays({
    ...scheduled,
    clocks: { ...clocks, measure },
    foldedTo,
    againMs: config.IMPORTER_SCHEDULE_EVERY_MS * looksUntilAgain,
  })
  const watched = { client, identity, production, reads: true, logger, onTopics: metrics.topicsSafe, onCrash: fatal }
  const guard = guardLog({
    ...watched,
    topicsEveryMs: config.TOPICS_CHECK_EVERY_MS,
    requireSame: present => requireSameLog(mongo, identity, present),
    reached: running.reached,
  })
  const dog = watchdog({ doing, logger, fatal })

  function showLag(): void {
    metrics.skewed(skews())
    for (const [partition, { position }] of consumer?.positions() ?? [])
      metrics.lag(partition, (ends.get(partition)?.high ?? position) - position)
  }

  function doing(): Doing[] {
    return enginesAnswer() ? [...running.doing(ends), ...lanes.doing(), ...loops.doing()] : []
  }

  function skews(): Skews {
    return clocks.skews([...(consumer?.positions().keys() ?? [])])
  }

  const ready = () => readiness({ running, sessionTimeoutMs: config.IMPORTER_SESSION_TIMEOUT_MS, mongo, skews, guard })

  /** Resolves when the log is taken up to its present end and nobody is due any more. */
  async function caughtUp(): Promise<void> {
    await running.caughtUp()
    while ((await pending.count()) > 0 || !reading.isIdle()) await new Promise(resolve => setTimeout(resolve, 50))
  }

  async function stop(): Promise<void> {
    dog.stop()
    kafka.stop()
    mongodb.stop()
    guard.stop()
    stopBeating()
    await Promise.all([schedule.stop(), days.stop(), reading.stop(), importing.stop()])
    await running.stop()
    await lanes.stop()
    await clients.close()
    await mongo.close()
  }

  return { metrics, consumer: running, caughtUp, live: dog.live, ready, stop }
}
