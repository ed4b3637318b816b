// A real MongoDB replica set of one member or three.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { initiateReplicaSet, memberAnswers } from '@hibob-sync/mongo'
import { freePorts } from './free-port.ts'
import { type StartedEngine, startEngineProcess } from './guarded-process.ts'
import { mongodBinary, mongoMissing } from './mongod-binary.ts'

const replicaSet = 'rs0'
const startWithinMs = 30_000

export interface MongoOptions {
  dataDir: string
  cacheDir: string
  members?: 1 | 3
  /** Of the first member; free ports are taken when it is not given. */
  port?: number
  detached?: boolean
  /** Allows fail points, for tests of failures. */
  testCommands?: boolean
  /** Of each member; 0.5 by default: little, beside everything else on a developer's machine. */
  cacheGb?: number | undefined
  /** What clients and the other members are told to connect to, `host:port` for each of the ports; e.g. a proxy in front of it. */
  advertise?: (ports: readonly number[]) => Promise<string[]>
  /** How much of what was written a member keeps for those that fall behind; MongoDB chooses by default. */
  oplogMb?: number
  /** After so long without the primary another one is elected: MongoDB's 10 s by default. */
  electionTimeoutMs?: number
}

export interface MongoMember {
  /** From 1 on. */
  id: number
  port: number
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  /** Ends the member in order. */
  end(): Promise<void>
  /** Starts the member again on its data, ended first where it still runs, and waits until it is a member again. */
  start(): Promise<void>
}

export interface MongoHandle {
  /** Without a database. */
  url: string
  urlFor(database: string): string
  members: MongoMember[]
  /** Of the first member. */
  readonly pid: number
  kill(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

/** Throws AppError `engine_missing`, `engine_failed`, `port_taken`; then nothing of it is left running. */
export async function startMongo(options: MongoOptions): Promise<MongoHandle> {
  const command = await mongodBinary(options.cacheDir)
  const root = resolve(options.dataDir)
  const count = options.members ?? 1
  const dirs = count === 1 ? [root] : Array.from({ length: count }, (_, index) => join(root, `member-${index + 1}`))
  const ports = await Promise.all(dirs.map((dir, index) => portOf(dir, index === 0 ? options.port : undefined)))
  const hosts = (await options.advertise?.(ports)) ?? ports.map(port => `127.0.0.1:${port}`)
  const starts = await Promise.allSettled(
    dirs.map((dir, index) => startMember({ command, dir, port: ports[index] as number, id: index + 1, options })),
  )
  const members = starts.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []))
  const stop = async () => void (await Promise.all(members.map(member => member.end())))
  try {
    for (const start of starts) if (start.status === 'rejected') throw start.reason
    const first = members[0] as RunningMember
    const { electionTimeoutMs } = options
    await first.ready(initiateReplicaSet(`127.0.0.1:${first.port}`, { name: replicaSet, hosts, electionTimeoutMs }))
  } catch (error) {
    await stop()
    throw error
  }
  const first = members[0] as MongoMember
  const urlFor = (database: string) => `mongodb://${hosts.join(',')}/${database}?replicaSet=${replicaSet}`
  return {
    url: urlFor(''),
    urlFor,
    members,
    get pid() {
      return first.pid
    },
    kill: signal => first.kill(signal),
    stop,
  }
}

interface MemberStart {
  command: string
  dir: string
  port: number
  id: number
  options: MongoOptions
}

interface RunningMember extends MongoMember {
  ready: StartedEngine['ready']
}

async function startMember({ command, dir, port, id, options }: MemberStart): Promise<RunningMember> {
  const dbPath = join(dir, 'db')
  await mkdir(dbPath, { recursive: true })
  const { cacheGb = 0.5, testCommands = false, detached = false, oplogMb } = options

  async function start(asMember: boolean): Promise<StartedEngine> {
    const started = await startEngineProcess({
      name: 'mongod',
      command,
      args: [
        ...['--dbpath', dbPath, '--bind_ip', '127.0.0.1', '--port', String(port), '--replSet', replicaSet],
        ...['--wiredTigerCacheSizeGB', String(cacheGb)],
        ...(oplogMb === undefined ? [] : ['--oplogSize', String(oplogMb)]),
        ...['--setParameter', `enableTestCommands=${testCommands ? 1 : 0}`],
      ],
      dir,
      port,
      detached,
      missing: mongoMissing,
    })
    await started
      .ready(memberAnswers(`127.0.0.1:${port}`, { asMember, withinMs: startWithinMs }))
      .catch(async error => {
        await started.end()
        throw error
      })
    return started
  }

  let engine = await start(false)
  return {
    id,
    port,
    get pid() {
      return engine.pid
    },
    ready: waiting => engine.ready(waiting),
    kill: signal => engine.kill(signal),
    end: () => engine.end(),
    async start() {
      await engine.end()
      engine = await start(true)
    },
  }
}

/** The port is kept with the data: members are known by it. */
async function portOf(dir: string, wanted?: number): Promise<number> {
  const file = join(dir, 'port')
  if (existsSync(file)) return Number(await readFile(file, 'utf8'))
  await mkdir(dir, { recursive: true })
  const port = wanted ?? ((await freePorts(1))[0] as number)
  await writeFile(file, String(port))
  return port
}
