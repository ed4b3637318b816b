// The ingress beside a plain Fastify handler, in turns within one run, on the same broker, topic and load. The handler runs twice: with
// kafkajs as it is published, which is what one would write, and with our patches of it, which shows what is theirs.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { applyTopics, createKafka, defaultPartitions, topicNames } from '@hibob-sync/kafka'
import type { Engines } from '@hibob-sync/local-engines'
import { connectMongo, createTenantStore } from '@hibob-sync/mongo'
import { createLogger } from '@hibob-sync/runtime'
import { uniqueName } from '../../support/engines.ts'
import { type Benchmark, machine, median, printTable, spread } from '../benchmark.ts'
import { imageEnv, imageFlags, imageText } from '../image-flags.ts'
import type { ServerFigures } from './figures.ts'
import type { LoadFigures, LoadRound } from './load-generator.ts'
import { type LoadTenant, tenantsOn } from './requests.ts'

const connections = 64
const bodyBytes = 700
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5)
const seconds = Number(process.env['BENCH_SECONDS'] ?? 5)

export const ingressBenchmark: Benchmark = {
  title: 'signed webhooks → Kafka, answered after the acknowledgement, beside a plain handler that checks nothing',
  settings: {
    machine,
    'Node flags of the ingress': imageText,
    connections,
    'body bytes': bodyBytes,
    acks: 'all',
    'seconds a round': seconds,
    'rounds, in turns': rounds,
    'partitions of the topic': defaultPartitions,
  },
  async run(engines) {
    for (const partitions of [4, defaultPartitions]) await compare(engines, partitions)
  },
}

const peers = { 'plain handler': 'kafkajs-as-published', 'plain, patched kafkajs': 'kafkajs' } as const
type Peer = keyof typeof peers
type Contender = 'ingress' | Peer
const contenders: Contender[] = ['ingress', ...(Object.keys(peers) as Peer[])]

async function compare(engines: Engines, partitions: number): Promise<void> {
  const prefix = `${uniqueName('bench')}.`
  const brokers = engines.brokers.join(',')
  const env = {
    KAFKA_BROKERS: brokers,
    MONGODB_URL: engines.mongoUrl(uniqueName('bench')),
    MASTER_KEY: randomBytes(32).toString('base64'),
    TOPIC_PREFIX: prefix,
  }
  const tenants = tenantsOn(partitions, defaultPartitions)
  const tokens = await addTenants(engines, env, tenants)
  const topic = topicNames(prefix).events
  const started = new Map<Contender, Awaited<ReturnType<typeof startServer>>>()
  started.set('ingress', await startServer('ingress-process.ts', [], env))
  for (const peer of Object.keys(peers) as Peer[])
    started.set(peer, await startServer('plain-handler.ts', [brokers, topic, peers[peer]], {}))
  const senders = tenants.map((tenant, index) => ({ ...tenant, path: `/webhooks/hibob/${tokens[index]}` }))
  const load = fork(join(import.meta.dirname, 'load-generator.ts'))
  const results = new Map<Contender, LoadFigures[]>(contenders.map(contender => [contender, []]))
  const warm = new Map<Contender, ServerFigures>()
  try {
    for (let round = 0; round <= rounds; round++) {
      // each begins in its turn
      for (const contender of [...contenders, ...contenders].slice(round % 3, (round % 3) + 3)) {
        const { port, process } = started.get(contender) as { port: number; process: ChildProcess }
        const order: LoadRound = { port, connections, seconds, bodyBytes, tenants: senders }
        const figures = await ask<LoadFigures>(load, order)
        // the first round warms all of them up
        if (round > 0) results.get(contender)?.push(figures)
        else warm.set(contender, await ask<ServerFigures>(process, 'figures'))
      }
    }
    const servers = new Map<Contender, ServerFigures>()
    for (const [contender, { process }] of started)
      servers.set(contender, since(warm.get(contender), await ask<ServerFigures>(process, 'figures')))
    report(partitions, results, servers)
  } finally {
    load.disconnect()
    for (const { process } of started.values()) process.disconnect()
  }
}

/** Counts of the rounds alone, without start and warm-up. */
function since(before: ServerFigures | undefined, after: ServerFigures): ServerFigures {
  return {
    sends: after.sends - (before?.sends ?? 0),
    records: after.records - (before?.records ?? 0),
    cpuSeconds: after.cpuSeconds - (before?.cpuSeconds ?? 0),
    rssPeakMb: after.rssPeakMb,
  }
}

function report(
  partitions: number,
  results: ReadonlyMap<Contender, LoadFigures[]>,
  servers: ReadonlyMap<Contender, ServerFigures>,
): void {
  const of = (contender: Contender, name: keyof LoadFigures) =>
    (results.get(contender) ?? []).map(figures => figures[name])
  const row = (contender: Contender) => {
    const { sends, records, cpuSeconds, rssPeakMb } = servers.get(contender) as ServerFigures
    return [
      contender,
      median(of(contender, 'requestsPerSecond')).toFixed(0),
      spread(of(contender, 'requestsPerSecond')),
      median(of(contender, 'p50Ms')).toFixed(1),
      median(of(contender, 'p99Ms')).toFixed(1),
      Math.max(...of(contender, 'maxMs')).toFixed(0),
      of(contender, 'errors').reduce((sum, count) => sum + count, 0),
      (records / sends).toFixed(1),
      ((cpuSeconds * 1e6) / records).toFixed(0),
      rssPeakMb.toFixed(0),
    ]
  }
  const ratioTo = (peer: Peer) => {
    const peerRates = of(peer, 'requestsPerSecond')
    const ratios = of('ingress', 'requestsPerSecond').map((rate, round) => rate / (peerRates[round] ?? Number.NaN))
    return [`ingress / ${peer}`, median(ratios).toFixed(2), spread(ratios, 2), '', '', '', '', '', '', '']
  }
  console.log(`\n  tenants on ${partitions} partitions`)
  printTable(
    [
      '',
      'requests/s',
      'lowest–highest',
      'p50 ms',
      'p99 ms',
      'max ms',
      'errors',
      'events/send',
      'CPU µs/request',
      'peak RSS MB',
    ],
    [...contenders.map(row), ...(Object.keys(peers) as Peer[]).map(ratioTo)],
  )
}

async function addTenants(
  engines: Engines,
  { MONGODB_URL, MASTER_KEY, TOPIC_PREFIX }: Record<'MONGODB_URL' | 'MASTER_KEY' | 'TOPIC_PREFIX', string>,
  tenants: LoadTenant[],
): Promise<string[]> {
  const logger = createLogger({ service: 'bench', level: 'silent' })
  const client = createKafka({ brokers: engines.brokers, clientId: 'bench', logger })
  await applyTopics(client, { prefix: TOPIC_PREFIX, replicationFactor: 'brokers' })
  const mongo = await connectMongo(MONGODB_URL, { appName: 'bench' })
  const store = createTenantStore(mongo, Buffer.from(MASTER_KEY, 'base64'))
  const tokens: string[] = []
  for (const { tenant, companyId, secret } of tenants) {
    const hibobUrl = 'https://api.hibob.com/v1'
    const account = { serviceUserId: 'SERVICE-1', serviceUserToken: 'token' }
    const { token } = await store.add({ tenant, companyId, hibobUrl, ...account, signingSecret: secret }, 'bench')
    tokens.push(token)
  }
  await mongo.close()
  return tokens
}

async function startServer(file: string, args: string[], env: NodeJS.ProcessEnv) {
  const profiling = process.env['BENCH_NODE_ARGS']?.split(' ') ?? []
  const measured = file.startsWith('ingress')
  const execArgv = measured ? [...imageFlags, ...profiling] : ['--no-warnings']
  const environment = { ...process.env, ...(measured ? imageEnv : {}), ...env }
  const child = fork(join(import.meta.dirname, file), args, { env: environment, execArgv })
  const [{ port }] = (await once(child, 'message')) as [{ port: number }]
  return { process: child, port }
}

async function ask<T>(child: ChildProcess, question: string | LoadRound): Promise<T> {
  child.send(question)
  const [answer] = await once(child, 'message')
  return answer as T
}
