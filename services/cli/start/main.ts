// `npm start`: engines, simulator, every service and a live screen in one process; Ctrl-C ends all of it.
import { join } from 'node:path'
import { importerSettings, startImporter } from '@hibob-sync/importer'
import { ingressSettings, startIngress } from '@hibob-sync/ingress'
import { applyTopics, createKafka, createLanes, partitionFor, requireTopics, topicNames } from '@hibob-sync/kafka'
import { connectMongo, createTenantStore, ensureIndexes, readModels, requireLog } from '@hibob-sync/mongo'
import { projectorSettings, startProjector } from '@hibob-sync/projector'
import { createLogger, errorCode, type Logger, masterKeyOf, readConfig, withoutPassword } from '@hibob-sync/runtime'
import pino from 'pino'
import { checkedConfig } from './config.ts'
import { takeDataDirectory } from './data-directory.ts'
import { demoTenant, joinTenant, startCompany, tenantAddedRecord } from './demo-tenant.ts'
import { endOnSignals } from './ending.ts'
import { type Engine, enginesOf, silentEngines } from './engine-answers.ts'
import { figuresFrom } from './figures.ts'
import { shareEnvironment, startedEngines } from './kept-engines.ts'
import { keptMasterKey } from './master-key.ts'
import { requireFreePorts } from './ports.ts'
import type { Places } from './screen.ts'
import { servicesEnvironment } from './services-environment.ts'
import { show, tell, tellBelow } from './show.ts'

let begun = false
let engines: Engine[] = []
const { atEnd, fail } = endOnSignals({
  onEnding() {
    tellBelow()
    if (begun) console.log('ending …')
  },
  enginesAnswer: async () => (await silentEngines(engines)).length === 0,
})
await start().catch(fail)

async function start(): Promise<void> {
  const config = checkedConfig(process.env)
  const { dataDir, logDir, giveBack } = await takeDataDirectory(config.HIBOB_SYNC_DATA)
  atEnd(giveBack)
  const logger = loggerOf('start', logDir)
  await requireFreePorts({ INGRESS_PORT: config.INGRESS_PORT, SIMULATOR_PORT: config.SIMULATOR_PORT })
  const masterKey = await keptMasterKey(join(dataDir, 'master-key'))

  begun = true
  atEnd(() => logger.info('stopped'))
  const { started, brokers, mongoUrl, localDir } = await startedEngines(config, dataDir, atEnd)
  engines = enginesOf(started, localDir)
  const { simulator, company } = await startCompany(config.SIMULATOR_PORT, config.DEMO_PEOPLE)
  atEnd(() => simulator.close())
  const env = servicesEnvironment(process.env, config, { brokers, mongoUrl, masterKey, simulatorUrl: simulator.url })
  await shareEnvironment(env, dataDir, atEnd)

  const client = createKafka({ brokers, clientId: 'hibob-sync-start', logger })
  const prefix = process.env['TOPIC_PREFIX'] ?? ''
  const { events } = topicNames(prefix)
  tell('creating topics …')
  await applyTopics(client, { prefix, replicationFactor: 'brokers' })
  const mongo = await connectMongo(mongoUrl, { appName: 'hibob-sync-start' })
  atEnd(() => mongo.close())
  await ensureIndexes(mongo)
  const identity = await requireTopics(client, { prefix, production: false })
  await requireLog(mongo, identity)

  const partition = partitionFor(demoTenant, identity.partitions)
  const store = createTenantStore(mongo, masterKeyOf(masterKey))
  const access = await joinTenant(store, company, simulator.url, async event => {
    const lanes = await createLanes(client)
    await lanes.append(events, partition, tenantAddedRecord(event))
    await lanes.stop()
  })

  tell('starting projector, importer and ingress …')
  const projector = await run('projector', parts => startProjector(readConfig(projectorSettings, env), parts))
  const importer = await run('importer', parts => startImporter(readConfig(importerSettings, env), parts))
  const ingress = await run('ingress', parts => startIngress(readConfig(ingressSettings, env), parts))

  const webhookUrl = `http://127.0.0.1:${config.INGRESS_PORT}/webhooks/hibob/${access.token}`
  await company.sendWebhooksTo(webhookUrl, access.secret)
  atEnd(() => company.stopWebhooks(), { needsEngines: true })
  // also after a start that was ended in the middle of it
  if ((await readModels(mongo).counts(demoTenant)).users < company.people.length) company.announceEveryone()

  const settlingMs = config.HIBOB_SETTLING_MS
  const places: Places = {
    webhookUrl,
    simulatorUrl: simulator.url,
    brokers: brokers.join(','),
    mongoUrl: withoutPassword(mongoUrl),
    dataDir,
    logDir,
    settlingMs,
  }
  const sources = { ingress, importer, projector, company, client, mongo, partition }
  const figures = figuresFrom({ ...sources, masterKey: masterKeyOf(masterKey), topic: events })
  let drifting = false
  const shown = show({
    figures,
    places,
    engines,
    onFigures({ users, people }) {
      if (drifting || users < people || config.DEMO_CHANGES_PER_SECOND === 0) return
      drifting = true
      const drift = company.drift({ perSecond: config.DEMO_CHANGES_PER_SECOND })
      atEnd(() => drift.stop())
    },
  })
  atEnd(() => shown.stop())
  logger.info('started')

  /** As it would run alone, but that its log goes into a file. */
  async function run<S extends { stop(): Promise<void> }>(service: string, begin: (parts: Parts) => Promise<S>) {
    const own = loggerOf(service, logDir)
    const running = await begin({
      logger: own,
      fatal(error) {
        own.fatal({ code: errorCode(error), err: error }, 'it cannot go on')
        fail(error)
      },
    })
    own.info('started')
    atEnd(
      async () => {
        await running.stop()
        own.info('stopped')
      },
      { needsEngines: true },
    )
    return running
  }
}

interface Parts {
  logger: Logger
  fatal(error: Error): void
}

function loggerOf(service: string, logDir: string): Logger {
  const destination = pino.destination({ dest: join(logDir, `${service}.log`), mkdir: true })
  return createLogger({ service, level: process.env['LOG_LEVEL'] || 'info', destination })
}
