// Kafka and MongoDB for this machine. Order of choice: what the environment names, then Docker Compose when a Docker engine answers,
// then real engines as child processes. A second start on the same data reuses what runs.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { isAlive, withLock } from './cache.ts'
import { processOf } from './guarded-process.ts'
import { startKafka } from './kafka.ts'
import { startMongo } from './mongo.ts'

export interface EnginesOptions {
  dataDir: string
  /** Where downloaded programs are kept; `.data/engines` of the working directory by default. */
  cacheDir?: string
  /** Live on when the starter ends, and are found again by the next start. */
  detached?: boolean
  testCommands?: boolean
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

interface Running {
  brokers: string[]
  mongoUrl: string
  pids: number[]
}

export async function startEngines(options: EnginesOptions): Promise<Engines> {
  const { KAFKA_BROKERS: brokers, MONGODB_URL: mongoUrl } = process.env
  if (brokers && mongoUrl)
    return {
      brokers: brokers.split(','),
      mongoUrl: withDatabase(mongoUrl),
      origin: 'environment',
      pids: () => [],
      stop: async () => {},
    }
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true })
  return withLock(
    join(dataDir, 'engines.lock'),
    async () => (await running(dataDir)) ?? (dockerAnswers() ? startDocker() : start(dataDir, options)),
  )
}

async function running(dataDir: string): Promise<Engines | null> {
  const file = join(dataDir, 'running.json')
  if (!existsSync(file)) return null
  const state = JSON.parse(await readFile(file, 'utf8')) as Running
  if (state.pids.every(isAlive)) return enginesOf(dataDir, state, 'reused')
  await Promise.all(state.pids.map(pid => processOf(pid).end()))
  await rm(file)
  return null
}

async function start(dataDir: string, options: EnginesOptions): Promise<Engines> {
  const cacheDir = resolve(options.cacheDir ?? '.data/engines')
  const detached = options.detached ?? false
  const mongo = await startMongo({
    dataDir: join(dataDir, 'mongo'),
    cacheDir,
    detached,
    testCommands: options.testCommands ?? false,
  })
  const kafka = await startKafka({ dataDir: join(dataDir, 'kafka'), cacheDir, detached })
  const state = { brokers: kafka.brokers, mongoUrl: mongo.url, pids: [mongo.pid, ...kafka.nodes.map(node => node.pid)] }
  await writeFile(join(dataDir, 'running.json'), JSON.stringify(state))
  return enginesOf(dataDir, state, 'started')
}

function enginesOf(dataDir: string, state: Running, origin: Engines['origin']): Engines {
  return {
    brokers: state.brokers,
    mongoUrl: withDatabase(state.mongoUrl),
    origin,
    pids: () => [...state.pids],
    async stop() {
      await rm(join(dataDir, 'running.json'), { force: true })
      await Promise.all(state.pids.map(pid => processOf(pid).end()))
    },
  }
}

const composeFile = 'docker-compose.yml'

function dockerAnswers(): boolean {
  return existsSync(composeFile) && spawnSync('docker', ['info'], { stdio: 'ignore', timeout: 3000 }).status === 0
}

function startDocker(): Engines {
  const compose = (...args: string[]) =>
    spawnSync('docker', ['compose', '-f', composeFile, ...args], { stdio: 'inherit' }).status === 0
  if (!compose('up', '-d', '--wait', 'kafka', 'mongodb'))
    throw new Error('docker compose could not start kafka and mongodb: see its output above')
  return {
    brokers: ['127.0.0.1:9092'],
    mongoUrl: withDatabase('mongodb://127.0.0.1:27017/?directConnection=true'),
    origin: 'docker',
    pids: () => [],
    stop: async () => void compose('stop', 'kafka', 'mongodb'),
  }
}

function withDatabase(url: string): (database: string) => string {
  return database => {
    const parsed = new URL(url)
    parsed.pathname = `/${database}`
    return parsed.toString()
  }
}
