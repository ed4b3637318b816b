// `npm start`: engines, simulator, every service and a live screen in one process; Ctrl-C ends all of it.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { importerSettings, startImporter } from '@hibob-sync/importer'
import { ingressSettings, startIngress } from '@hibob-sync/ingress'
import { applyTopics, createKafka, createLanes, logEnds, partitionFor, topicNames } from '@hibob-sync/kafka'
import { startEngines } from '@hibob-sync/local-engines'
import {
  connectMongo,
  createTenantStore,
  ensureIndexes,
  outbox,
  parkedEvents,
  pendingReads,
  readModels,
} from '@hibob-sync/mongo'
import { projectorSettings, startProjector } from '@hibob-sync/projector'
import { createLogger, errorCode, masterKeyOf, readConfig, runService } from '@hibob-sync/runtime'
import logUpdate from 'log-update'
import pino from 'pino'
import { startSettings } from './config.ts'
import { demoTenant, joinTenant, startCompany, tenantAddedRecord } from './demo-tenant.ts'
import { keptMasterKey } from './master-key.ts'
import { requireFreePorts } from './ports.ts'
import { changeLine, type Figures, lineOf, type Places, screenOf } from './screen.ts'

type Stop = () => unknown

const screenEveryMs = 500
const lineEveryMs = 2000

const config = readConfig(startSettings, process.env)
const dataDir = resolve(config.HIBOB_SYNC_DATA)
const logDir = join(dataDir, 'log')
const began = performance.now()
const tell = (text: string) => (process.stdout.isTTY ? logUpdate(text) : console.log(text))
const terminalLogger = createLogger({ service: 'start', level: 'fatal', destination: process.stderr })

await runService(terminalLogger, async fatal => {
  await requireFreePorts({ INGRESS_PORT: config.INGRESS_PORT, SIMULATOR_PORT: config.SIMULATOR_PORT })
  await mkdir(logDir, { recursive: true })
  tell('starting Kafka and MongoDB (the first start downloads them) …')
  const engines = await startEngines({ dataDir: join(dataDir, 'local'), cacheDir: config.ENGINES_CACHE })
  const stops: Stop[] = [() => engines.stop()]
  try {
    await start(engines, stops, fatal)
  } catch (error) {
    await stopAll(stops)
    throw error
  }
  return { stop: () => stopAll(stops) }
})

async function start(
  engines: Awaited<ReturnType<typeof startEngines>>,
  stops: Stop[],
  fatal: (error: Error) => void,
): Promise<void> {
  const masterKey = await keptMasterKey(join(dataDir, 'master-key'))
  const { simulator, company } = await startCompany(config.SIMULATOR_PORT, config.DEMO_PEOPLE)
  stops.push(() => simulator.close())
  const mongoUrl = process.env['MONGODB_URL'] ?? engines.mongoUrl('hibob-sync')
  const env = {
    ...process.env,
    KAFKA_BROKERS: engines.brokers.join(','),
    MONGODB_URL: mongoUrl,
    MASTER_KEY: masterKey,
    PUBLIC_URL: process.env['PUBLIC_URL'] ?? `http://localhost:${config.INGRESS_PORT}`,
    HIBOB_ALLOWED_URLS: [process.env['HIBOB_ALLOWED_URLS'], simulator.url].filter(Boolean).join(','),
    HIBOB_SETTLING_MS: String(config.HIBOB_SETTLING_MS),
    ADMIN_PORT: '0',
  }
  await shareEnvironment(env, stops)

  const logger = fileLogger('start')
  const client = createKafka({ brokers: engines.brokers, clientId: 'hibob-sync-start', logger })
  const prefix = process.env['TOPIC_PREFIX'] ?? ''
  const { events } = topicNames(prefix)
  tell('creating topics …')
  await applyTopics(client, { prefix, replicationFactor: 'brokers' })
  const mongo = await connectMongo(mongoUrl, { appName: 'hibob-sync-start' })
  stops.push(() => mongo.close())
  await ensureIndexes(mongo)

  const partitions = (await logEnds(client, events)).size
  const joined = await joinTenant(
    createTenantStore(mongo, masterKeyOf(masterKey)),
    company,
    simulator.url,
    async event => {
      const lanes = await createLanes(client)
      await lanes.append(events, partitionFor(demoTenant, partitions), tenantAddedRecord(event))
      await lanes.stop()
    },
  )
  const parts = (service: string) => ({ logger: fileLogger(service), fatal })
  tell('starting projector, importer and ingress …')
  const projector = await startProjector(readConfig(projectorSettings, env), parts('projector'))
  stops.push(() => projector.stop())
  const importer = await startImporter(readConfig(importerSettings, env), parts('importer'))
  stops.push(() => importer.stop())
  const ingress = await startIngress(readConfig(ingressSettings, env), parts('ingress'))
  stops.push(() => ingress.stop())

  const webhookUrl = `http://127.0.0.1:${config.INGRESS_PORT}/webhooks/hibob/${joined.token}`
  await company.sendWebhooksTo(webhookUrl, joined.secret)
  stops.push(() => company.stopWebhooks())
  if (joined.isNew) company.announceEveryone()
  const models = readModels(mongo)
  const box = outbox(mongo)
  let drifting = false

  async function figures(): Promise<Figures> {
    const counts = await models.counts(demoTenant)
    if (!drifting && config.DEMO_CHANGES_PER_SECOND > 0 && counts.users >= company.people.length) {
      drifting = true
      const drift = company.drift({ perSecond: config.DEMO_CHANGES_PER_SECOND })
      stops.push(() => drift.stop())
    }
    const ends = await logEnds(client, events)
    const lagOf = (positions: Map<number, { position: number }>) =>
      [...ends].reduce((lag, [partition, { high }]) => lag + high - (positions.get(partition)?.position ?? high), 0)
    const read = importer.metrics.totals()
    return {
      startedSecondsAgo: Math.round((performance.now() - began) / 1000),
      received: ingress.metrics.totals.get('taken') ?? 0,
      read: read.observed + read.missing,
      folded: projector.metrics.totals.folded,
      published: projector.metrics.totals.published,
      importerLag: lagOf(importer.consumer.positions()),
      projectorLag: lagOf(projector.consumer.positions()),
      waiting: await pendingReads(mongo).count(),
      parked: await parkedEvents(mongo).count(),
      ...counts,
      people: company.people.length,
      lastChanges: (await box.latest(partitionFor(demoTenant, partitions), demoTenant, 5)).flatMap(
        change => changeLine(change.value) ?? [],
      ),
    }
  }

  const places: Places = {
    webhookUrl,
    simulatorUrl: simulator.url,
    brokers: engines.brokers.join(','),
    mongoUrl,
    dataDir,
    logDir,
    settlingMs: config.HIBOB_SETTLING_MS,
  }
  if (!process.stdout.isTTY) tell(screenOf(await figures(), places))
  const showing = show(figures, places)
  stops.push(() => showing.stop())
}

function show(figures: () => Promise<Figures>, places: Places) {
  let stopped = false
  const looping = (async () => {
    while (!stopped) {
      try {
        const now = await figures()
        tell(process.stdout.isTTY ? screenOf(now, places) : lineOf(now))
      } catch (error) {
        tell(`figures cannot be read: ${errorCode(error)}`)
      }
      for (let waited = 0; waited < (process.stdout.isTTY ? screenEveryMs : lineEveryMs) && !stopped; waited += 50)
        await new Promise(resolve => setTimeout(resolve, 50))
    }
  })()
  return {
    async stop() {
      stopped = true
      await looping
      console.log('\nending …')
    },
  }
}

/** Commands in other terminals find the engines and the key here; it goes when this ends. */
async function shareEnvironment(env: NodeJS.ProcessEnv, stops: Stop[]): Promise<void> {
  const file = join(dataDir, 'environment.json')
  const { KAFKA_BROKERS, MONGODB_URL, MASTER_KEY, PUBLIC_URL, HIBOB_ALLOWED_URLS, TOPIC_PREFIX } = env
  await writeFile(
    file,
    JSON.stringify({ KAFKA_BROKERS, MONGODB_URL, MASTER_KEY, PUBLIC_URL, HIBOB_ALLOWED_URLS, TOPIC_PREFIX }),
    { mode: 0o600 },
  )
  stops.push(() => rm(file, { force: true }))
}

function fileLogger(service: string) {
  return createLogger({ service, destination: pino.destination({ dest: join(logDir, `${service}.log`), mkdir: true }) })
}

/** What was started last ends first. */
async function stopAll(stops: Stop[]): Promise<void> {
  for (const stop of stops.reverse())
    await Promise.resolve(stop()).catch(error =>
      terminalLogger.error({ code: errorCode(error) }, 'could not be ended cleanly'),
    )
}
