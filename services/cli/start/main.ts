// `npm start`: engines, simulator, every service and a live screen in one process; Ctrl-C ends all of it.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { importerSettings, startImporter } from '@hibob-sync/importer'
import { ingressSettings, startIngress } from '@hibob-sync/ingress'
import { applyTopics, createKafka, createLanes, logEnds, partitionFor, topicNames } from '@hibob-sync/kafka'
import { startEngines } from '@hibob-sync/local-engines'
import { connectMongo, createTenantStore, ensureIndexes, readModels } from '@hibob-sync/mongo'
import { projectorSettings, startProjector } from '@hibob-sync/projector'
import { AppError, createLogger, errorCode, masterKeyOf, readConfig } from '@hibob-sync/runtime'
import logUpdate from 'log-update'
import pino from 'pino'
import { type StartConfig, startSettings } from './config.ts'
import { demoTenant, joinTenant, startCompany, tenantAddedRecord } from './demo-tenant.ts'
import { endOnSignals } from './ending.ts'
import { figuresFrom } from './figures.ts'
import { keptMasterKey } from './master-key.ts'
import { requireFreePorts } from './ports.ts'
import { type Figures, introductionOf, lineOf, type Places, screenOf } from './screen.ts'

const screenEveryMs = 500
const lineEveryMs = 2000
const onScreen = process.stdout.isTTY
const tell = onScreen ? logUpdate : console.log

const { atEnd, fail } = endOnSignals(() => {
  logUpdate.done()
  console.log('ending …')
})
await start().catch(fail)

async function start(): Promise<void> {
  const config = readConfig(startSettings, process.env)
  const dataDir = resolve(config.HIBOB_SYNC_DATA)
  const logDir = join(dataDir, 'log')
  const loggerOf = (service: string) =>
    createLogger({ service, destination: pino.destination({ dest: join(logDir, `${service}.log`), mkdir: true }) })
  await requireFreePorts({ INGRESS_PORT: config.INGRESS_PORT, SIMULATOR_PORT: config.SIMULATOR_PORT })
  await mkdir(logDir, { recursive: true })

  const { brokers, mongoUrl } = await engines(config, dataDir)
  const masterKey = await keptMasterKey(join(dataDir, 'master-key'))
  const { simulator, company } = await startCompany(config.SIMULATOR_PORT, config.DEMO_PEOPLE)
  atEnd(() => simulator.close())
  const env = {
    ...process.env,
    KAFKA_BROKERS: brokers.join(','),
    MONGODB_URL: mongoUrl,
    MASTER_KEY: masterKey,
    PUBLIC_URL: process.env['PUBLIC_URL'] || `http://localhost:${config.INGRESS_PORT}`,
    HIBOB_ALLOWED_URLS: [process.env['HIBOB_ALLOWED_URLS'], simulator.url].filter(Boolean).join(','),
    HIBOB_SETTLING_MS: String(config.HIBOB_SETTLING_MS),
    ADMIN_PORT: '0',
  }
  await shareEnvironment(env, dataDir)

  const client = createKafka({ brokers, clientId: 'hibob-sync-start', logger: loggerOf('start') })
  const prefix = process.env['TOPIC_PREFIX'] ?? ''
  const { events } = topicNames(prefix)
  tell('creating topics …')
  await applyTopics(client, { prefix, replicationFactor: 'brokers' })
  const mongo = await connectMongo(mongoUrl, { appName: 'hibob-sync-start' })
  atEnd(() => mongo.close())
  await ensureIndexes(mongo)

  const partition = partitionFor(demoTenant, (await logEnds(client, events)).size)
  const store = createTenantStore(mongo, masterKeyOf(masterKey))
  const access = await joinTenant(store, company, simulator.url, async event => {
    const lanes = await createLanes(client)
    await lanes.append(events, partition, tenantAddedRecord(event))
    await lanes.stop()
  })

  tell('starting projector, importer and ingress …')
  const parts = (service: string) => ({ logger: loggerOf(service), fatal: fail })
  const projector = await startProjector(readConfig(projectorSettings, env), parts('projector'))
  atEnd(() => projector.stop())
  const importer = await startImporter(readConfig(importerSettings, env), parts('importer'))
  atEnd(() => importer.stop())
  const ingress = await startIngress(readConfig(ingressSettings, env), parts('ingress'))
  atEnd(() => ingress.stop())

  const webhookUrl = `http://127.0.0.1:${config.INGRESS_PORT}/webhooks/hibob/${access.token}`
  await company.sendWebhooksTo(webhookUrl, access.secret)
  atEnd(() => company.stopWebhooks())
  // also after a start that was ended in the middle of it
  if ((await readModels(mongo).counts(demoTenant)).users < company.people.length) company.announceEveryone()

  const settlingMs = config.HIBOB_SETTLING_MS
  const places: Places = {
    webhookUrl,
    simulatorUrl: simulator.url,
    brokers: brokers.join(','),
    mongoUrl,
    dataDir,
    logDir,
    settlingMs,
  }
  const sources = { ingress, importer, projector, company, client, mongo, partition }
  const figures = figuresFrom({ ...sources, masterKey: masterKeyOf(masterKey), topic: events })
  let drifting = false
  show(figures, places, ({ users, people }) => {
    if (drifting || users < people || config.DEMO_CHANGES_PER_SECOND === 0) return
    drifting = true
    const drift = company.drift({ perSecond: config.DEMO_CHANGES_PER_SECOND })
    atEnd(() => drift.stop())
  })
}

async function engines(config: StartConfig, dataDir: string): Promise<{ brokers: string[]; mongoUrl: string }> {
  const { KAFKA_BROKERS, MONGODB_URL } = process.env
  if (Boolean(KAFKA_BROKERS) !== Boolean(MONGODB_URL))
    throw new AppError('config_invalid', 'set both KAFKA_BROKERS and MONGODB_URL, or neither', { retryable: false })
  if (!KAFKA_BROKERS) tell('starting Kafka and MongoDB (the first start downloads them) …')
  const started = await startEngines({ dataDir: join(dataDir, 'local'), cacheDir: config.ENGINES_CACHE })
  atEnd(() => started.stop())
  return { brokers: started.brokers, mongoUrl: MONGODB_URL || started.mongoUrl('hibob-sync') }
}

function show(figures: () => Promise<Figures>, places: Places, onFigures: (figures: Figures) => void): void {
  if (!onScreen) tell(introductionOf(places))
  const stopped = new AbortController()
  const looping = (async () => {
    while (!stopped.signal.aborted) {
      const now = await figures().catch(error => {
        if (!stopped.signal.aborted) tell(`figures cannot be read: ${errorCode(error)}`)
      })
      if (now !== undefined && !stopped.signal.aborted) {
        tell(onScreen ? screenOf(now, places, process.stdout) : lineOf(now))
        onFigures(now)
      }
      await wait(onScreen ? screenEveryMs : lineEveryMs, undefined, { signal: stopped.signal }).catch(() => {})
    }
  })()
  looping.catch(fail)
  atEnd(async () => {
    stopped.abort()
    await looping
  })
}

/** Commands in other terminals find the engines and the key here; it goes when this ends. */
async function shareEnvironment(env: NodeJS.ProcessEnv, dataDir: string): Promise<void> {
  const file = join(dataDir, 'environment.json')
  const { KAFKA_BROKERS, MONGODB_URL, MASTER_KEY, PUBLIC_URL, HIBOB_ALLOWED_URLS, TOPIC_PREFIX } = env
  const shared = { KAFKA_BROKERS, MONGODB_URL, MASTER_KEY, PUBLIC_URL, HIBOB_ALLOWED_URLS, TOPIC_PREFIX }
  await writeFile(file, JSON.stringify(shared), { mode: 0o600 })
  atEnd(() => rm(file, { force: true }))
}
