// One round of the replay's benchmark: fills a log, reads it bare, has the projector fold it, and replays it while live events go on.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { applyTopics, createKafka, createLanes, logEnds, partitionFor, topicNames } from '@hibob-sync/kafka'
import type { Engines } from '@hibob-sync/local-engines'
import { connectMongo, projectorCheckpoints } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import { uniqueName } from '../../support/engines.ts'
import { startService } from '../../support/service-process.ts'
import { until } from '../../support/until.ts'
import { fillLog, partitionCount } from '../fill-log.ts'
import { liveTraffic } from './live-traffic.ts'

export interface ReplayFigures {
  eventsPerSecond: number
  bareEventsPerSecond: number
  ratio: number
  countSeconds: number
  totalSeconds: number
  rssPeakMb: number
  liveLagMaxSeconds: number
}

const tenant = 'acme'
const livePerSecond = 200
/** How `hibob-sync replay` starts Node. */
export const replayFlags: readonly string[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../services/cli/bin/node-flags.json'), 'utf8'),
).replay

export async function replayRound(engines: Engines, people: number, rounds: number): Promise<ReplayFigures> {
  const prefix = `${uniqueName('bench')}.`
  const env = {
    KAFKA_BROKERS: engines.brokers.join(','),
    MONGODB_URL: engines.mongoUrl(uniqueName('bench')),
    TOPIC_PREFIX: prefix,
    ADMIN_PORT: '0',
  }
  const logger = createLogger({ service: 'bench', level: 'silent' })
  const client = createKafka({ brokers: engines.brokers, clientId: 'bench', logger })
  await applyTopics(client, { prefix, replicationFactor: 1 })
  const { events: topic } = topicNames(prefix)
  const partition = partitionFor(tenant, partitionCount)
  await fillLog(client, topic, { people, rounds, tenants: [tenant] })
  const events = people * rounds
  const bare = await run('parse-loop.ts', [], [env.KAFKA_BROKERS, topic, String(events)], {})

  const mongo = await connectMongo(env.MONGODB_URL, { appName: 'bench' })
  await mongo.db.collection<{ _id: string }>('tenants').insertOne({ _id: tenant, generation: 1 } as never)
  const projector = await startService('projector', { env })
  const checkpoints = projectorCheckpoints(mongo)
  const end = (await logEnds(client, topic)).get(partition)?.high ?? 0
  await until(async () => ((await checkpoints.load(partition))?.position.offset ?? 0) >= end)

  const lanes = await createLanes(client)
  const stop = liveTraffic({ lanes, topic, partition, tenant, checkpoints, perSecond: livePerSecond })
  const own = await run('replay-process.ts', replayFlags, [tenant, String(partition)], env)
  const { waitMaxMs } = stop()
  await lanes.stop()
  projector.kill('SIGTERM')
  await projector.exited
  await mongo.close()
  if (own['differences'] !== 0)
    throw new Error(`${own['differences']} differences after a replay of an undamaged tenant`)
  const eventsPerSecond = own['eventsPerSecond'] ?? 0
  const bareEventsPerSecond = events / (bare['seconds'] ?? 0)
  return {
    eventsPerSecond,
    bareEventsPerSecond,
    ratio: eventsPerSecond / bareEventsPerSecond,
    countSeconds: own['countSeconds'] ?? 0,
    totalSeconds: own['totalSeconds'] ?? 0,
    rssPeakMb: own['rssPeak'] ?? 0,
    liveLagMaxSeconds: waitMaxMs / 1000,
  }
}

async function run(
  file: string,
  flags: readonly string[],
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<Record<string, number>> {
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, file), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', chunk => (output += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Record<string, number>
}
