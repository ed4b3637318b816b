// Kafka and MongoDB over the data that `npm start` keeps, and how commands in other terminals find them.
import { existsSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Engines, startEngines } from '@hibob-sync/local-engines'
import type { StartConfig } from './config.ts'
import type { Ending } from './ending.ts'
import { tell } from './show.ts'

export interface KeptEngines {
  started: Engines
  localDir: string
  brokers: string[]
  mongoUrl: string
}

export async function startedEngines(
  config: StartConfig,
  dataDir: string,
  atEnd: Ending['atEnd'],
): Promise<KeptEngines> {
  const { KAFKA_BROKERS, MONGODB_URL } = process.env
  const localDir = join(dataDir, 'local')
  const isFirst = !existsSync(localDir) && !existsSync(config.ENGINES_CACHE)
  if (!KAFKA_BROKERS) tell(`starting Kafka and MongoDB${isFirst ? ', which are downloaded first' : ''} …`)
  const started = await startEngines({ dataDir: localDir, cacheDir: config.ENGINES_CACHE })
  atEnd(() => started.stop())
  return { started, localDir, brokers: started.brokers, mongoUrl: MONGODB_URL || started.mongoUrl('hibob-sync') }
}

/** Commands in other terminals find the engines and the key here; it goes when this ends. */
export async function shareEnvironment(env: NodeJS.ProcessEnv, dataDir: string, atEnd: Ending['atEnd']): Promise<void> {
  const file = join(dataDir, 'environment.json')
  const { KAFKA_BROKERS, MONGODB_URL, MASTER_KEY, PUBLIC_URL, HIBOB_ALLOWED_URLS, TOPIC_PREFIX, no_proxy } = env
  const shared = { KAFKA_BROKERS, MONGODB_URL, MASTER_KEY, PUBLIC_URL, HIBOB_ALLOWED_URLS, TOPIC_PREFIX, no_proxy }
  await writeFile(file, JSON.stringify(shared), { mode: 0o600 })
  atEnd(() => rm(file, { force: true }))
}
