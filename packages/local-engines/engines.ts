// Kafka and MongoDB for this machine. Order of choice, for each: what the environment names; Docker Compose when a Docker engine
// answers; real engines as child processes. A second start on the same data reuses what runs.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { AppError } from '@hibob-sync/runtime'
import { dockerAddresses, dockerAnswers, startWithDocker, stopWithDocker } from './docker.ts'
import { processOf, runsOn } from './engine-process.ts'
import { startKafka } from './kafka.ts'
import { withLock } from './lock.ts'
import { startMongo } from './mongo.ts'

export interface EnginesOptions {
  dataDir: string
  /** Where downloaded programs are kept; `.data/engines` of the working directory by default. */
  cacheDir?: string
  /** Live on when the starter ends, and are found again by the next start. */
  detached?: boolean
  /** Allows MongoDB's fail points, for tests of failures. Docker's MongoDB has none, so Docker is passed over. */
  testCommands?: boolean
  /** For MongoDB's cache, when it is started here. */
  mongoCacheGb?: number
}

export interface Engines {
  brokers: string[]
  /** The replica set's URL with a database. */
  mongoUrl(database: string): string
  /** `environment`: nothing was started. `reused`: they ran already. */
  origin: 'environment' | 'docker' | 'started' | 'reused'
  /** Of what runs here; empty when the environment or Docker serves. */
  pids(): number[]
  /** Ends what this call started or reused; what the environment names is left alone. */
  stop(): Promise<void>
}

/** What serves, and the processes of it that run here. */
interface Serving {
  brokers?: string[]
  mongoUrl?: string
  pids: number[]
}

type Named = Omit<Serving, 'pids'>

/** `KAFKA_BROKERS` and `MONGODB_URL` of the environment are taken where they are set. Throws AppError telling what to install. */
export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const named = fromEnvironment()
  if (named.brokers && named.mongoUrl) return enginesOf({ ...named, pids: [] }, 'environment', async () => {})
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true })
  return withLock(join(dataDir, 'engines.lock'), async () => {
    const former = await reusable(dataDir, named)
    if (former !== null) return enginesOf({ ...former, ...named }, 'reused', () => end(dataDir, former))
    if (!options.testCommands && dockerAnswers()) {
      const services = [named.brokers ? [] : 'kafka', named.mongoUrl ? [] : 'mongodb'].flat()
      startWithDocker(services)
      return enginesOf({ ...dockerAddresses, ...named, pids: [] }, 'docker', async () => stopWithDocker(services))
    }
    const started = await start(dataDir, options, named)
    await writeFile(stateFileOf(dataDir), JSON.stringify(started))
    return enginesOf({ ...started, ...named }, 'started', () => end(dataDir, started))
  })
}

function fromEnvironment(): Named {
  const { KAFKA_BROKERS: brokers, MONGODB_URL: mongoUrl } = process.env
  return { ...(brokers ? { brokers: brokers.split(',') } : {}), ...(mongoUrl ? { mongoUrl } : {}) }
}

const stateFileOf = (dataDir: string) => join(dataDir, 'running.json')

/** What an earlier start left running, when it serves all that is not named; else it is ended. */
async function reusable(dataDir: string, named: Named): Promise<Serving | null> {
  const file = stateFileOf(dataDir)
  if (!existsSync(file)) return null
  const state = JSON.parse(await readFile(file, 'utf8')) as Serving
  const serves = (named.brokers ?? state.brokers) !== undefined && (named.mongoUrl ?? state.mongoUrl) !== undefined
  if (serves && state.pids.every(pid => runsOn(pid, dataDir))) return state
  await end(dataDir, state)
  return null
}

async function end(dataDir: string, state: Serving): Promise<void> {
  await rm(stateFileOf(dataDir), { force: true })
  await Promise.all(state.pids.filter(pid => runsOn(pid, dataDir)).map(pid => processOf(pid).end()))
}

/** Both at once; when one cannot start the other is ended. */
async function start(dataDir: string, options: EnginesOptions, named: Named): Promise<Serving> {
  const cacheDir = resolve(options.cacheDir ?? '.data/engines')
  const { detached = false, testCommands = false } = options
  const kafkaOptions = { dataDir: join(dataDir, 'kafka'), cacheDir, detached }
  const mongoOptions = {
    ...{ dataDir: join(dataDir, 'mongo'), cacheDir, detached, testCommands },
    cacheGb: options.mongoCacheGb,
  }
  const [kafka, mongo] = await Promise.allSettled([
    named.brokers ? null : startKafka(kafkaOptions),
    named.mongoUrl ? null : startMongo(mongoOptions),
  ])
  if (kafka.status === 'fulfilled' && mongo.status === 'fulfilled')
    return {
      ...(kafka.value ? { brokers: kafka.value.brokers } : {}),
      ...(mongo.value ? { mongoUrl: mongo.value.url } : {}),
      pids: [...(mongo.value ? [mongo.value.pid] : []), ...(kafka.value?.nodes.map(node => node.pid) ?? [])],
    }
  const failures: unknown[] = []
  for (const part of [kafka, mongo])
    if (part.status === 'rejected') failures.push(part.reason)
    else await part.value?.stop()
  throw failures.length === 1 ? failures[0] : bothFailed(failures)
}

function bothFailed(failures: unknown[]): AppError {
  const text = failures.map(failure => (failure instanceof Error ? failure.message : String(failure))).join('\n')
  return new AppError('engine_failed', text, { retryable: true })
}

function enginesOf(serving: Serving, origin: Engines['origin'], stop: () => Promise<void>): Engines {
  const { brokers = [], mongoUrl = '', pids } = serving
  return {
    brokers,
    // a URL may name several hosts, which URL parsers refuse
    mongoUrl: database => mongoUrl.replace(/^([a-z+]+:\/\/[^/?]+)(\/[^?]*)?/, `$1/${database}`),
    origin,
    pids: () => [...pids],
    stop,
  }
}
