// Projector against a bare consumer over the same log, in one run: events a second, their ratio, memory.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { applyTopics, createKafka, partitionFor, topicNames } from '@hibob-sync/kafka'
import type { Engines } from '@hibob-sync/local-engines'
import { createLogger } from '@hibob-sync/runtime'
import { uniqueName } from '../../support/engines.ts'
import { fillLog, partitionCount } from '../fill-log.ts'
import { imageEnv, imageFlags } from '../image-flags.ts'
import type { Workload } from './observations.ts'

export interface ProjectorFigures {
  partitions: number
  eventsPerSecond: number
  bareEventsPerSecond: number
  ratio: number
  cpuMicros: number
  rssPeakMb: number
  rssAtHalfMb: number
}

/** One round: fills a fresh log, then runs the bare loop and the projector over it, each in its own process. */
export async function projectorRound(engines: Engines, workload: Workload): Promise<ProjectorFigures> {
  const prefix = `${uniqueName('bench')}.`
  const client = createKafka({
    brokers: engines.brokers,
    clientId: 'bench',
    logger: createLogger({ service: 'bench', level: 'silent' }),
  })
  await applyTopics(client, { prefix, replicationFactor: 1 })
  const { events: topic } = topicNames(prefix)
  await fillLog(client, topic, workload)

  const total = Math.floor(workload.people / workload.tenants.length) * workload.tenants.length * workload.rounds
  const bare = await run(
    'bare-loop.ts',
    [engines.brokers.join(','), topic, engines.mongoUrl(uniqueName('bare')), String(total)],
    {},
  )
  const own = await run('projector-process.ts', [String(total)], {
    KAFKA_BROKERS: engines.brokers.join(','),
    MONGODB_URL: engines.mongoUrl(uniqueName('bench')),
    TOPIC_PREFIX: prefix,
  })
  const eventsPerSecond = total / (own['seconds'] ?? 0)
  const bareEventsPerSecond = total / (bare['seconds'] ?? 0)
  return {
    partitions: new Set(workload.tenants.map(tenant => partitionFor(tenant, partitionCount))).size,
    eventsPerSecond,
    bareEventsPerSecond,
    ratio: eventsPerSecond / bareEventsPerSecond,
    cpuMicros: ((own['cpuSeconds'] ?? 0) * 1e6) / total,
    rssPeakMb: own['rssPeak'] ?? 0,
    rssAtHalfMb: own['rssAtHalf'] ?? 0,
  }
}

async function run(file: string, args: string[], env: NodeJS.ProcessEnv): Promise<Record<string, number>> {
  const child = spawn(
    process.execPath,
    [...imageFlags, ...(process.env['BENCH_NODE_ARGS']?.split(' ') ?? []), join(import.meta.dirname, file), ...args],
    { env: { ...process.env, ...imageEnv, ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', chunk => (output += chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${file} ended with ${code}`)
  return JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Record<string, number>
}
