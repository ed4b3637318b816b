// A real MongoDB replica set of one member.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { initiateReplicaSet } from '@hibob-sync/mongo'
import { freePorts } from './free-port.ts'
import { startEngineProcess } from './guarded-process.ts'
import { mongodBinary, mongoMissing } from './mongod-binary.ts'

const replicaSet = 'rs0'

export interface MongoOptions {
  dataDir: string
  cacheDir: string
  port?: number
  detached?: boolean
  /** Allows fail points, for tests of failures. */
  testCommands?: boolean
  /** 0.5 by default: little, beside everything else on a developer's machine. */
  cacheGb?: number | undefined
}

export interface MongoHandle {
  /** Without a database. */
  url: string
  urlFor(database: string): string
  pid: number
  kill(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Throws AppError `engine_missing`, `engine_failed`, `port_taken`; then nothing of it is left running. */
export async function startMongo(options: MongoOptions): Promise<MongoHandle> {
  const command = await mongodBinary(options.cacheDir)
  const dir = resolve(options.dataDir)
  const dbPath = join(dir, 'db')
  await mkdir(dbPath, { recursive: true })
  const port = await portOf(dir, options.port)
  const engine = await startEngineProcess({
    name: 'mongod',
    command,
    args: [
      ...['--dbpath', dbPath, '--bind_ip', '127.0.0.1', '--port', String(port), '--replSet', replicaSet],
      ...[
        '--wiredTigerCacheSizeGB',
        String(options.cacheGb ?? 0.5),
        '--setParameter',
        `enableTestCommands=${options.testCommands ? 1 : 0}`,
      ],
    ],
    dir,
    port,
    detached: options.detached ?? false,
    missing: mongoMissing,
  })
  await engine.ready(initiateReplicaSet(`127.0.0.1:${port}`, replicaSet)).catch(async error => {
    await engine.end()
    throw error
  })
  const urlFor = (database: string) => `mongodb://127.0.0.1:${port}/${database}?replicaSet=${replicaSet}`
  return { url: urlFor(''), urlFor, pid: engine.pid, kill: engine.kill, stop: () => engine.end() }
}

/** The port is kept with the data: the replica set's only member is known by it. */
async function portOf(dir: string, wanted?: number): Promise<number> {
  const file = join(dir, 'port')
  if (existsSync(file)) return Number(await readFile(file, 'utf8'))
  const port = wanted ?? ((await freePorts(1))[0] as number)
  await writeFile(file, String(port))
  return port
}
